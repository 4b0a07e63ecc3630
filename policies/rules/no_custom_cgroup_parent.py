"""Below a cgroup of somebody's choice the limits the engine sets are not the ones that hold."""

from collections.abc import Iterator

from policies.example import container
from policies.planned import CONTAINER, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    if resource.inputs.text("cgroupParent"):
        yield "cgroupParent is set"
    if resource.inputs.text("cgroupnsMode") == "host":
        yield "cgroupnsMode is host"


rule = Rule(
    id="no-custom-cgroup-parent",
    title="Limits are the engine's own",
    severity=Severity.low,
    frameworks=("CIS 5.25", "KICS 4d9f44c6", "audit R1"),
    why=__doc__,
    mend="Remove `cgroupParent` and `cgroupnsMode`.",
    levels=DEPLOYED,
    applies=(CONTAINER,),
    passes=(container(cgroupnsMode="private"),),
    fails=(container(cgroupParent="/custom"), container(cgroupnsMode="host")),
    check=check,
)
