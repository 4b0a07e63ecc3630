"""By this name a container reaches every port of the host, those bound to the loopback of a proxy
included.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    for host in resource.workload.spec.each("hosts"):
        if host.text("ip") == "host-gateway":
            yield f"{host.text('host')} leads to the host"


rule = Rule(
    id="no-host-gateway",
    title="No name leads to the host",
    severity=Severity.medium,
    frameworks=("OWASP D05", "audit N1"),
    why=__doc__,
    mend="Remove the entry; run what it needs as a service of the stack.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    passes=(container(hosts=[{"host": "db", "ip": "10.0.0.5"}]), service()),
    fails=(
        container(hosts=[{"host": "host.docker.internal", "ip": "host-gateway"}]),
        service(spec={"hosts": [{"host": "h", "ip": "host-gateway"}]}),
    ),
    check=check,
)
