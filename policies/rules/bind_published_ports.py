"""A port published without an address answers on every interface of the host, and Docker opens it
past the host's firewall.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.ports import Public
from policies.rule import ALWAYS, Rule, Severity


def check(resource: Planned, config: Public) -> Iterator[str]:
    workload = resource.workload
    for port in workload.ports():
        if port.address is None and not config.allows(workload.service, port.external):
            yield f"port {port.internal} is published on every interface of the host"


rule = Rule(
    id="bind-published-ports",
    title="Published ports are bound to an interface",
    severity=Severity.high,
    frameworks=("CIS 5.14", "CIS 7.2", "OWASP D05", "KICS 451d79dc", "audit N3"),
    why=__doc__,
    mend="Give the port an address (127.0.0.1), or let the edge lead to it: a service has none.",
    levels=ALWAYS,
    applies=WORKLOADS,
    config=Public,
    passes=(
        container(ports=[{"internal": 8000, "external": 8000, "ip": "127.0.0.1"}]),
        container(
            labels=[{"label": "tasktracker.service", "value": "nginx"}],
            ports=[{"internal": 8443, "external": 443, "ip": "0.0.0.0"}],
        ),
        service(),
    ),
    fails=(
        container(ports=[{"internal": 5432, "external": 5432, "ip": "0.0.0.0"}]),
        container(ports=[{"internal": 8000}]),
        container(ports=[{"internal": 8000, "ip": "0"}]),
        container(ports=[{"internal": 8000, "ip": "0000::"}]),
        container(ports=[{"internal": 8000, "ip": "::ffff:0.0.0.0"}]),
        container(ports=[{"internal": 8000, "ip": "*"}]),
        service(endpointSpec={"ports": [{"targetPort": 8000, "publishedPort": 8000}]}),
    ),
    check=check,
)
