"""With the host's process table a container can see, signal and trace every process of the host."""

from collections.abc import Iterator

from policies.example import container
from policies.planned import CONTAINER, Planned
from policies.rule import ALWAYS, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    if resource.inputs.text("pidMode") == "host":
        yield "pidMode is host"


rule = Rule(
    id="no-host-pid",
    title="Nothing sees the host's processes",
    severity=Severity.high,
    frameworks=(
        "CIS 5.16",
        "KICS 4f31dd9f",
        "Trivy KSV-0010",
        "PSS baseline",
        "NSA 1.4",
        "audit R5",
    ),
    why=__doc__,
    mend="Remove `pidMode`.",
    levels=ALWAYS,
    applies=(CONTAINER,),
    passes=(container(),),
    fails=(container(pidMode="host"),),
    check=check,
)
