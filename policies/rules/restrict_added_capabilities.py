"""Each capability is a piece of root; what was dropped is not added back by habit."""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


class Allowed(Config):
    """Capabilities that may be added, without CAP_."""

    allowed: tuple[str, ...] = ()


def check(resource: Planned, config: Allowed) -> Iterator[str]:
    for name in resource.workload.capabilities("adds"):
        if name not in config.allowed:
            yield f"it adds {name}"


rule = Rule(
    id="restrict-added-capabilities",
    title="No capability is added but those allowed",
    severity=Severity.high,
    frameworks=(
        "CIS 5.4",
        "OWASP D03",
        "KICS ce76b7d0",
        "Trivy KSV-0022",
        "Trivy KSV-0106",
        "CKV_K8S_25",
        "PSS baseline",
        "PSS restricted",
        "audit R5",
    ),
    why=__doc__,
    mend="Remove it: run as a user that needs no such power, on a port above 1023.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    config=Allowed,
    passes=(container(capabilities={"drops": ["ALL"]}), service(spec={"capDrops": ["ALL"]})),
    fails=(
        container(capabilities={"adds": ["cap_chown"]}),
        service(spec={"capAdds": ["NET_BIND_SERVICE"]}),
    ),
    check=check,
)
