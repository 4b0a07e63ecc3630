"""A writable directory of the host is a door out of the container."""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import Config, Level, Levels, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    for mount in resource.workload.mounts():
        if mount.type == "bind" and not mount.read_only:
            yield f"{mount.source} of the host is mounted writable"


rule = Rule(
    id="bind-mounts-read-only",
    title="Bind mounts are read-only",
    severity=Severity.medium,
    frameworks=("CIS 5.6", "OWASP D08", "audit R6"),
    why=__doc__,
    mend="Set `readOnly` to true on the mount, or use a named volume.",
    levels=Levels(Level.disabled, Level.mandatory, Level.mandatory),
    applies=WORKLOADS,
    passes=(
        container(
            volumes=[{"hostPath": "/opt/config", "containerPath": "/config", "readOnly": True}]
        ),
        service(),
    ),
    fails=(
        container(volumes=[{"hostPath": "/opt/config", "containerPath": "/config"}]),
        service(spec={"mounts": [{"type": "bind", "source": "/opt/x", "target": "/x"}]}),
    ),
    check=check,
)
