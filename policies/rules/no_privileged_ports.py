"""A port of the host below 1024 stands for a service of the machine; one is enough, the edge's."""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.ports import Public
from policies.rule import DEPLOYED, Rule, Severity


def check(resource: Planned, config: Public) -> Iterator[str]:
    workload = resource.workload
    for port in workload.ports():
        if 0 < port.external < 1024 and not config.allows(workload.service, port.external):
            yield f"it publishes port {port.external} of the host"


rule = Rule(
    id="no-privileged-ports",
    title="Ports below 1024 are the edge's",
    severity=Severity.medium,
    frameworks=("CIS 5.8", "KICS bc2908f3", "Trivy KSV-0024", "CKV_K8S_26", "audit N3"),
    why=__doc__,
    mend="Publish a port above 1023, or let the edge lead to it.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    config=Public,
    passes=(container(ports=[{"internal": 8000, "external": 8000}]), service()),
    fails=(
        container(ports=[{"internal": 5432, "external": 543}]),
        service(endpointSpec={"ports": [{"targetPort": 8000, "publishedPort": 80}]}),
    ),
    check=check,
)
