"""Nobody outside the stack has business with its data; whoever must look uses dev, on the
loopback.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import ALWAYS, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    if not resource.workload.is_datastore:
        return
    for port in resource.workload.ports():
        if resource.environment != "dev" or not port.is_local:
            yield f"a datastore publishes port {port.internal}"


rule = Rule(
    id="datastore-not-published",
    title="Datastores are not published",
    severity=Severity.critical,
    frameworks=("CIS 5.9", "OWASP D05", "audit N4", "audit N2"),
    why=__doc__,
    mend="Remove the port. Dev may publish it on 127.0.0.1.",
    levels=ALWAYS,
    applies=WORKLOADS,
    passes=(
        container(image="postgres:18.1"),
        container(
            stack="dev",
            image="postgres:18.1",
            ports=[{"internal": 5432, "external": 5432, "ip": "127.0.0.1"}],
        ),
        service(spec={"image": "nats:2.12.1"}),
    ),
    fails=(
        container(
            image="postgres:18.1", ports=[{"internal": 5432, "external": 5432, "ip": "127.0.0.1"}]
        ),
        service(
            spec={"image": "registry.example/pgvector/pgvector:0.8.0"},
            endpointSpec={"ports": [{"targetPort": 5432}]},
        ),
    ),
    check=check,
)
