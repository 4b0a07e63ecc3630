"""An internal network has no way out: what runs there can't be published by mistake, and can't
send data away.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from policies.example import planned
from policies.planned import NETWORK, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


class Names(Config):
    """Networks (globs over their names) that are internal."""

    internal: tuple[str, ...] = (
        "*backend*",
        "*frontend*",
        "*monitoring*",
        "*database*",
        "*internal*",
    )


def check(resource: Planned, config: Names) -> Iterator[str]:
    own = resource.inputs.text("name") if resource.inputs.known("name") else ""
    meant = any(fnmatchcase(n, glob) for n in (resource.name, own) for glob in config.internal)
    if meant and not resource.inputs.flag("internal"):
        yield "it is not internal"


rule = Rule(
    id="backend-network-internal",
    title="Networks behind the edge are internal",
    severity=Severity.high,
    frameworks=("OWASP D05", "audit N1"),
    why=__doc__,
    mend="Set `internal` to true, and publish by the edge.",
    levels=DEPLOYED,
    applies=(NETWORK,),
    config=Names,
    passes=(planned(NETWORK, "backend", internal=True), planned(NETWORK, "edge")),
    fails=(
        planned(NETWORK, "backend"),
        planned(NETWORK, "n", name="task-tracker-frontend", internal=False),
    ),
    check=check,
)
