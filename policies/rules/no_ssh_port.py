"""A login into a container is a second way in, with keys and updates nobody looks after."""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    if any(22 in (port.internal, port.external) for port in resource.workload.ports()):
        yield "it publishes port 22"


rule = Rule(
    id="no-ssh-port",
    title="No SSH into containers",
    severity=Severity.medium,
    frameworks=("CIS 5.7", "KICS 5907595b", "Trivy DS-0004", "CKV_DOCKER_1", "audit N3"),
    why=__doc__,
    mend="Remove the port; `docker exec` on the host does the same.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    passes=(container(), service()),
    fails=(
        container(ports=[{"internal": 22, "external": 2222}]),
        service(endpointSpec={"ports": [{"targetPort": 22}]}),
    ),
    check=check,
)
