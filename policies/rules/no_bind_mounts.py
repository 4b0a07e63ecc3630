"""A bind mount is a file somebody has to put on the host by hand, and a source tree that runs
unreviewed. Outside dev all files come from images, volumes and configuration.
"""

from collections.abc import Iterator

from policies.example import container, planned, service
from policies.host_paths import host_paths
from policies.planned import VOLUME, WORKLOADS, Planned
from policies.rule import Config, Level, Levels, Rule, Severity


class Paths(Config):
    """Host paths that may be mounted all the same."""

    allowed: tuple[str, ...] = ()


def check(resource: Planned, config: Paths) -> Iterator[str]:
    for path in host_paths(resource):
        if path not in config.allowed:
            yield f"it mounts {path} of the host"


rule = Rule(
    id="no-bind-mounts",
    title="No file of the host is mounted outside dev",
    severity=Severity.medium,
    frameworks=("audit R6", "audit I2"),
    why=__doc__,
    mend="Put the files into the image, or into a volume filled by the stack.",
    levels=Levels(Level.disabled, Level.mandatory, Level.mandatory),
    applies=(*WORKLOADS, VOLUME),
    config=Paths,
    passes=(
        container(volumes=[{"volumeName": "data", "containerPath": "/data"}]),
        service(),
        planned(VOLUME, driver="local"),
    ),
    fails=(
        container(volumes=[{"hostPath": "/srv/app", "containerPath": "/app", "readOnly": True}]),
        container(volumes=[{"volumeName": "/opt/app", "containerPath": "/app"}]),
        service(spec={"mounts": [{"type": "bind", "source": "/srv/x", "target": "/x"}]}),
        service(
            spec={
                "mounts": [
                    {
                        "type": "volume",
                        "source": "x",
                        "target": "/x",
                        "volumeOptions": {"driverOptions": {"o": "bind", "device": "/opt/app"}},
                    }
                ]
            }
        ),
        planned(VOLUME, driverOpts={"type": "none", "o": "bind", "device": "/opt/app"}),
    ),
    check=check,
)
