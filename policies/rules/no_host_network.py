"""On the host's network a container sees every interface and every local service of the host."""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
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
        "PSS baseline",
        "NSA 1.5",
        "audit N1",
    ),
    why=__doc__,
    mend="Join a network of the stack and publish the one port that is needed.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    passes=(
        container(networkMode="bridge", networksAdvanced=[{"name": "backend"}]),
        service(task={"networksAdvanceds": [{"name": "backend"}]}),
    ),
    fails=(container(networkMode="host"), service(task={"networksAdvanceds": [{"name": "host"}]})),
    check=check,
)
