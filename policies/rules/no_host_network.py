"""On the host's network a container sees every interface and every local service of the host. A
network that is a piece of the host's, and a build on it, are no better.
"""

from collections.abc import Iterator

from policies.example import container, planned, service
from policies.planned import IMAGE, NETWORK, REMOTE_IMAGE, WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity

# Networks of these drivers are the host's own interfaces.
DRIVERS = {"host", "macvlan", "ipvlan"}


def check(resource: Planned, _: Config) -> Iterator[str]:
    if resource.type == NETWORK:
        driver = resource.inputs.text("driver")
        if driver in DRIVERS:
            yield f"the driver {driver} puts it on the host's interfaces"
        return
    if resource.type in (IMAGE, REMOTE_IMAGE):
        build = resource.inputs.inside("build")
        if build.text("network" if resource.type == IMAGE else "networkMode") == "host":
            yield "it is built on the host's network"
        return
    workload = resource.workload
    if not workload.swarm and resource.inputs.text("networkMode") == "host":
        yield "networkMode is host"
    key = "networksAdvanceds" if workload.swarm else "networksAdvanced"
    for network in workload.task.each(key):
        # What isn't known yet is a network of the stack, and none of those is the host's.
        known = [network.text(name) for name in ("name", "id") if network.known(name)]
        if "host" in known:
            yield "it joins the network named host"


rule = Rule(
    id="no-host-network",
    title="Nothing runs on the host's network",
    severity=Severity.high,
    frameworks=(
        "CIS 5.10",
        "KICS 071a71ff",
        "Trivy KSV-0009",
        "CKV_K8S_19",
        "PSS baseline",
        "NSA 1.5",
        "audit N1",
    ),
    why=__doc__,
    mend="Join a network of the stack and publish the one port that is needed.",
    levels=DEPLOYED,
    applies=(*WORKLOADS, NETWORK, REMOTE_IMAGE, IMAGE),
    passes=(
        container(networkMode="bridge", networksAdvanced=[{"name": "backend"}]),
        service(task={"networksAdvanceds": [{"name": "backend"}]}),
        planned(NETWORK, driver="bridge"),
        planned(REMOTE_IMAGE, name="nats:2.12.1"),
        planned(IMAGE, imageName="api:v1.0.0", build={"context": "."}),
    ),
    fails=(
        container(networkMode="host"),
        service(task={"networksAdvanceds": [{"name": "host"}]}),
        planned(NETWORK, driver="macvlan"),
        planned(REMOTE_IMAGE, name="api:v1.0.0", build={"context": ".", "networkMode": "host"}),
        planned(IMAGE, imageName="api:v1.0.0", build={"context": ".", "network": "host"}),
    ),
    check=check,
)
