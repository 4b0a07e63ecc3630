"""In the host's user namespace root of the container is root of the host, although the engine was
told to keep them apart.
"""

from collections.abc import Iterator

from policies.example import container
from policies.planned import CONTAINER, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    if resource.inputs.text("usernsMode") == "host":
        yield "usernsMode is host"


rule = Rule(
    id="no-host-userns",
    title="The engine's user mapping is not switched off",
    severity=Severity.high,
    frameworks=("CIS 5.31", "KICS 8af7162d", "audit R5"),
    why=__doc__,
    mend="Remove `usernsMode`.",
    levels=DEPLOYED,
    applies=(CONTAINER,),
    passes=(container(),),
    fails=(container(usernsMode="host"),),
    check=check,
)
