"""Docker leaves fourteen of root's powers to a container; a server needs none of them."""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    if "ALL" not in resource.workload.capabilities("drops"):
        yield "capabilities are not all dropped"


rule = Rule(
    id="drop-all-capabilities",
    title="All capabilities are dropped",
    severity=Severity.high,
    frameworks=(
        "CIS 5.4",
        "OWASP D03",
        "KICS ce76b7d0",
        "Trivy KSV-0003",
        "Trivy KSV-0004",
        "CKV_K8S_37",
        "PSS restricted",
        "audit R5",
    ),
    why=__doc__,
    mend='Set `capabilities.drops` (a service: `capDrops`) to ["ALL"].',
    levels=DEPLOYED,
    applies=WORKLOADS,
    passes=(container(capabilities={"drops": ["ALL"]}), service(spec={"capDrops": ["CAP_ALL"]})),
    fails=(container(capabilities={"drops": ["NET_RAW"]}), service()),
    check=check,
)
