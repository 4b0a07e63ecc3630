"""A bind mount is a file somebody has to put on the host by hand, and a source tree that runs
unreviewed. Outside dev all files come from images, volumes and configuration.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import Config, Level, Levels, Rule, Severity


class Paths(Config):
    """Host paths that may be mounted all the same."""

    allowed: tuple[str, ...] = ()


def check(resource: Planned, config: Paths) -> Iterator[str]:
    for mount in resource.workload.mounts():
        if mount.type == "bind" and mount.source not in config.allowed:
            yield f"{mount.source} of the host is mounted at {mount.target}"


rule = Rule(
    id="no-bind-mounts",
    title="No file of the host is mounted outside dev",
    severity=Severity.medium,
    frameworks=("audit R6", "audit I2"),
    why=__doc__,
    mend="Put the files into the image, or into a volume filled by the stack.",
    levels=Levels(Level.disabled, Level.mandatory, Level.mandatory),
    applies=WORKLOADS,
    config=Paths,
    passes=(container(volumes=[{"volumeName": "data", "containerPath": "/data"}]), service()),
    fails=(
        container(volumes=[{"hostPath": "/srv/app", "containerPath": "/app", "readOnly": True}]),
        service(spec={"mounts": [{"type": "bind", "source": "/srv/x", "target": "/x"}]}),
    ),
    check=check,
)
