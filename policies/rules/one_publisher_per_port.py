"""Of two that publish the same port of the host the second never starts: an update then fails
halfway, after the plan called it possible.
"""

from collections.abc import Iterator

from policies.example import container, service, stack
from policies.inputs import Undecided
from policies.planned import Planned, Stack
from policies.port import Port
from policies.rule import DEPLOYED, Config, Found, Rule, Severity


def check(stack: Stack, _: Config) -> Iterator[Found]:
    taken: list[tuple[Port, Planned]] = []
    for resource in stack.workloads:
        try:
            for port in resource.workload.ports():
                for other, owner in taken:
                    if _meet(port, other):
                        yield resource, f"port {port.external} is published by {owner.name} too"
                if port.external:  # 0: the engine picks a free one
                    taken.append((port, resource))
        except Undecided as unknown:
            yield resource, unknown


def _meet(one: Port, other: Port) -> bool:
    same = (one.external, one.protocol) == (other.external, other.protocol)
    return same and (None in (one.address, other.address) or one.address == other.address)


rule = Rule(
    id="one-publisher-per-port",
    title="A port of the host is published once",
    severity=Severity.medium,
    frameworks=("audit I5", "audit N3"),
    why=__doc__,
    mend="Publish one of them on another port, or on another address.",
    levels=DEPLOYED,
    passes=(
        stack(
            container("a", ports=[{"internal": 80, "external": 8080, "ip": "127.0.0.1"}]),
            container("b", ports=[{"internal": 80, "external": 8080, "ip": "10.0.0.5"}]),
            container("c", ports=[{"internal": 80, "external": 8080, "protocol": "udp"}]),
            container("d", ports=[{"internal": 80}, {"internal": 81}]),
        ),
    ),
    fails=(
        stack(
            container("a", ports=[{"internal": 80, "external": 8080, "ip": "127.0.0.1"}]),
            container("b", ports=[{"internal": 8000, "external": 8080, "ip": "0.0.0.0"}]),
        ),
        stack(
            service("a", endpointSpec={"ports": [{"targetPort": 80, "publishedPort": 8080}]}),
            service("b", endpointSpec={"ports": [{"targetPort": 81, "publishedPort": 8080}]}),
        ),
    ),
    check=check,
)
