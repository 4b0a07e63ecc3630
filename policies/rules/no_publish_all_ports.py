"""Then the image decides what is public, and every update of it may open one more port."""

from collections.abc import Iterator

from policies.example import container
from policies.planned import CONTAINER, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    if resource.inputs.flag("publishAllPorts"):
        yield "publishAllPorts is true"


rule = Rule(
    id="no-publish-all-ports",
    title="Ports are published one by one",
    severity=Severity.high,
    frameworks=("CIS 5.9", "audit N3"),
    why=__doc__,
    mend="Remove `publishAllPorts` and name the port that is needed.",
    levels=DEPLOYED,
    applies=(CONTAINER,),
    passes=(container(publishAllPorts=False),),
    fails=(container(publishAllPorts=True),),
    check=check,
)
