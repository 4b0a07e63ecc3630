"""Every port but the edge's is a way around its limits, its headers and its TLS."""

from collections.abc import Iterator

from policies.example import container, service, stack
from policies.inputs import Undecided
from policies.planned import Stack
from policies.rule import ALWAYS, Config, Found, Rule, Severity


class Edge(Config):
    """Services that may publish; in dev the rest may too, on the loopback."""

    edge: tuple[str, ...] = ("nginx",)


def check(stack: Stack, config: Edge) -> Iterator[Found]:
    for resource in stack.workloads:
        workload = resource.workload
        try:
            if workload.service in config.edge:
                continue
            for port in workload.ports():
                if stack.environment != "dev" or not port.is_local:
                    yield resource, f"port {port.internal} is published past the edge"
            if not workload.swarm and resource.inputs.flag("publishAllPorts"):
                yield resource, "all its ports are published past the edge"
        except Undecided as unknown:
            yield resource, unknown


rule = Rule(
    id="only-edge-publishes",
    title="Only the edge publishes ports",
    severity=Severity.critical,
    frameworks=("CIS 5.9", "OWASP D05", "audit N3", "audit N4", "audit N6"),
    why=__doc__,
    mend="Remove the port and let the edge lead to the service.",
    levels=ALWAYS,
    config=Edge,
    passes=(
        stack(
            container(
                "nginx",
                labels=[{"label": "tasktracker.service", "value": "nginx"}],
                ports=[{"internal": 8443, "external": 443}],
            ),
            container("api"),
        ),
        stack(
            container(
                "api", "dev", ports=[{"internal": 8000, "external": 8000, "ip": "127.0.0.1"}]
            ),
            name="dev",
        ),
    ),
    fails=(
        stack(container("api", ports=[{"internal": 8000, "external": 8000, "ip": "127.0.0.1"}])),
        stack(service("grafana", endpointSpec={"ports": [{"targetPort": 3000}]})),
        stack(container("api", "dev", ports=[{"internal": 8000, "ip": "0.0.0.0"}]), name="dev"),
    ),
    check=check,
)
