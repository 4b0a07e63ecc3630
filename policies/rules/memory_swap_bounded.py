"""Swap without a limit makes the memory limit one of patience only."""

from collections.abc import Iterator

from policies.example import container
from policies.planned import CONTAINER, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    if resource.inputs.number("memorySwap") < 0:
        yield "memorySwap is unlimited"


rule = Rule(
    id="memory-swap-bounded",
    title="Swap is limited",
    severity=Severity.low,
    frameworks=("OWASP D07", "audit R1"),
    why=__doc__,
    mend="Set `memorySwap` to the value of `memory`.",
    levels=DEPLOYED,
    applies=(CONTAINER,),
    passes=(container(memory=512, memorySwap=512),),
    fails=(container(memory=512, memorySwap=-1),),
    check=check,
)
