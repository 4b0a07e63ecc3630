"""A privileged container is root on the host: every other limit on it is a formality."""

from collections.abc import Iterator

from policies.example import container
from policies.planned import CONTAINER, Planned
from policies.rule import ALWAYS, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    if resource.inputs.flag("privileged"):
        yield "privileged is true"


rule = Rule(
    id="no-privileged",
    title="Containers are not privileged",
    severity=Severity.critical,
    frameworks=(
        "CIS 5.5",
        "OWASP D03",
        "KICS ae5b6871",
        "Trivy KSV-0017",
        "CKV_K8S_16",
        "PSS baseline",
        "NSA 1.2",
        "audit R5",
    ),
    why=__doc__,
    mend="Remove `privileged`; add the one capability or device it needs instead.",
    levels=ALWAYS,
    applies=(CONTAINER,),
    check=check,
    passes=(container(privileged=False),),
    fails=(container(privileged=True),),
)
