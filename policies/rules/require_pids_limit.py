"""A fork bomb needs no memory to stop a host. The provider has no limit of processes; nproc is the
nearest it can express.
"""

from collections.abc import Iterator

from policies.example import container
from policies.exempt import fillers
from policies.planned import CONTAINER, Planned
from policies.rule import ADVICE, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    limits = [each for each in resource.inputs.each("ulimits") if each.text("name") == "nproc"]
    if not limits:
        yield "ulimits has no nproc"
    elif any(limit.number("hard") < 0 for limit in limits):
        yield "the hard limit of nproc is infinite"


rule = Rule(
    id="require-pids-limit",
    title="The number of processes is limited",
    severity=Severity.low,
    frameworks=("CIS 5.29", "OWASP D07", "KICS 221e0658", "audit R1"),
    why=__doc__,
    mend="Add nproc to `ulimits`, or set default-pids-limit on the host's engine.",
    levels=ADVICE,
    applies=(CONTAINER,),
    exempt=fillers,
    passes=(container(ulimits=[{"name": "nproc", "soft": 256, "hard": 512}]),),
    fails=(container(), container(ulimits=[{"name": "nproc", "soft": -1, "hard": -1}])),
    check=check,
)
