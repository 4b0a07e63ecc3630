"""A plugin of the engine runs as root beside it. Granted all it asks for, its next version is
granted what that one asks for, and nobody reads it.
"""

from collections.abc import Iterator

from policies.example import planned
from policies.planned import PLUGIN, Planned
from policies.rule import ALWAYS, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    if resource.inputs.flag("grantAllPermissions"):
        yield "grantAllPermissions is true"


rule = Rule(
    id="no-open-plugins",
    title="Plugins of the engine get no blank cheque",
    severity=Severity.critical,
    frameworks=("CIS 5.5", "audit R5"),
    why=__doc__,
    mend="List what it may in `grantPermissions`, after reading what it asks for.",
    levels=ALWAYS,
    applies=(PLUGIN,),
    passes=(
        planned(
            PLUGIN,
            name="vieux/sshfs:1.4",
            grantPermissions=[{"name": "network", "values": ["bridge"]}],
        ),
    ),
    fails=(planned(PLUGIN, name="vieux/sshfs:1.4", grantAllPermissions=True),),
    check=check,
)
