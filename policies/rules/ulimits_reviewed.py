"""A raised ulimit lets one container use up what all of the host share."""

from collections.abc import Iterator

from policies.example import container
from policies.planned import CONTAINER, Planned
from policies.rule import ADVICE, Config, Rule, Severity


class Bounds(Config):
    """The highest hard limit by name."""

    highest: dict[str, int] = {"nofile": 1048576, "nproc": 4096}


def check(resource: Planned, config: Bounds) -> Iterator[str]:
    for limit in resource.inputs.each("ulimits"):
        name, hard = limit.text("name"), limit.number("hard")
        if hard < 0:
            yield f"the hard limit of {name} is infinite"
        elif name in config.highest and hard > config.highest[name]:
            yield f"the hard limit of {name} is {hard:.0f}, above {config.highest[name]}"


rule = Rule(
    id="ulimits-reviewed",
    title="Ulimits stay in bounds",
    severity=Severity.low,
    frameworks=("CIS 5.19", "OWASP D07", "audit R1"),
    why=__doc__,
    mend="Lower it, or raise the bound in the rule's configuration.",
    levels=ADVICE,
    applies=(CONTAINER,),
    config=Bounds,
    passes=(container(ulimits=[{"name": "nofile", "soft": 1024, "hard": 65536}]),),
    fails=(
        container(ulimits=[{"name": "nproc", "soft": -1, "hard": -1}]),
        container(ulimits=[{"name": "nofile", "soft": 1, "hard": 9999999}]),
    ),
    check=check,
)
