"""What listens below 1024 was made to start as root."""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    for port in resource.workload.ports():
        if 0 < port.internal < 1024:
            yield f"it listens on port {port.internal}"


rule = Rule(
    id="unprivileged-listeners",
    title="Containers listen above 1023",
    severity=Severity.low,
    frameworks=("CIS 5.8", "Trivy KSV-0117", "audit E1"),
    why=__doc__,
    mend="Use the unprivileged variant of the image, and map the port.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    passes=(container(ports=[{"internal": 8080, "external": 80}]), service()),
    fails=(
        container(ports=[{"internal": 80, "external": 8080}]),
        service(endpointSpec={"ports": [{"targetPort": 443, "publishedPort": 8443}]}),
    ),
    check=check,
)
