"""On the default bridge every container reaches every other, and none has a name."""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity

DEFAULT = {"default", "bridge", "nat"}


def check(resource: Planned, _: Config) -> Iterator[str]:
    workload = resource.workload
    key = "networksAdvanceds" if workload.swarm else "networksAdvanced"
    for network in workload.task.each(key) if workload.task.get(key) else ():
        # What isn't known yet is a network of the stack, and none of those is the engine's.
        known = {network.text(name) for name in ("name", "id") if network.known(name)}
        for name in sorted(known & DEFAULT):
            yield f"it joins the engine's own network {name}"
    if workload.task.get(key):
        return
    mode = "" if workload.swarm else resource.inputs.text("networkMode")
    if not mode or mode in DEFAULT:
        yield "it joins no network of the stack"


rule = Rule(
    id="user-defined-network",
    title="Containers join networks of the stack",
    severity=Severity.high,
    frameworks=("CIS 5.30", "OWASP D05", "KICS ce14a68b", "audit N1"),
    why=__doc__,
    mend="Name its networks in `networksAdvanced` (a service: `taskSpec.networksAdvanceds`).",
    levels=DEPLOYED,
    applies=WORKLOADS,
    passes=(
        container(networkMode="bridge", networksAdvanced=[{"name": "backend"}]),
        container(networkMode="none"),
        service(task={"networksAdvanceds": [{"name": "backend"}]}),
    ),
    fails=(
        container(networkMode="bridge"),
        container(),
        container(networksAdvanced=[{"name": "backend"}, {"name": "bridge"}]),
        service(),
        service(task={"networksAdvanceds": [{"name": "bridge"}]}),
    ),
    check=check,
)
