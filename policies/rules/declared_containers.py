"""A container that a command starts is one no rule, no preview and no rollback knows of."""

import re
from collections.abc import Iterator

from policies.example import planned
from policies.planned import COMMAND, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity

STARTS = re.compile(
    r"\bdocker\s+(?:container\s+|service\s+)?(?:run|create)\b|\b(?:docker[ -]compose|podman)\b"
)


def check(resource: Planned, _: Config) -> Iterator[str]:
    for name in ("create", "update", "delete"):
        # What runs on a container is known with its id: at preview that isn't there yet, and the
        # guard looks again as the command registers in the update.
        if resource.inputs.known(name) and STARTS.search(resource.inputs.text(name)):
            yield f"{name} starts a container"


rule = Rule(
    id="declared-containers",
    title="Commands start no containers of their own",
    severity=Severity.high,
    frameworks=("audit I5", "audit C4"),
    why=__doc__,
    mend="Declare it as a Container (a job: not started), and start that.",
    levels=DEPLOYED,
    applies=(COMMAND,),
    passes=(
        planned(COMMAND, create="docker start --attach 0a1b"),
        planned(COMMAND, create="docker exec api nginx -s reload"),
    ),
    fails=(
        planned(COMMAND, create="docker run --privileged alpine"),
        planned(COMMAND, create="true", delete="docker-compose up -d"),
    ),
    check=check,
)
