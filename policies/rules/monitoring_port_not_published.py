"""NATS answers on 8222 with every subject, client and address it knows, to anybody."""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import ALWAYS, Config, Rule, Severity


class Ports(Config):
    """Container ports that are for monitoring inside the stack alone."""

    ports: tuple[int, ...] = (8222, 7777, 9187, 9113, 9100)


def check(resource: Planned, config: Ports) -> Iterator[str]:
    for port in resource.workload.ports():
        if port.internal in config.ports:
            yield f"the monitoring port {port.internal} is published"


rule = Rule(
    id="monitoring-port-not-published",
    title="Monitoring ports are never published",
    severity=Severity.high,
    frameworks=("OWASP D05", "audit N2", "audit N6"),
    why=__doc__,
    mend="Remove the port; what is to read it joins a network of the service.",
    levels=ALWAYS,
    applies=WORKLOADS,
    config=Ports,
    passes=(container(ports=[{"internal": 8000, "external": 8000}]), service()),
    fails=(
        container(stack="dev", ports=[{"internal": 8222, "external": 8222, "ip": "127.0.0.1"}]),
        service(endpointSpec={"ports": [{"targetPort": 8222}]}),
    ),
    check=check,
)
