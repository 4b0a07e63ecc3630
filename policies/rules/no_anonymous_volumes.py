"""An anonymous volume is lost with its container: nothing names it, nothing backs it up."""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    for mount in resource.workload.mounts():
        if mount.type == "volume" and not mount.source:
            yield f"the volume at {mount.target} has no name"


rule = Rule(
    id="no-anonymous-volumes",
    title="Volumes have names",
    severity=Severity.medium,
    frameworks=("audit R6",),
    why=__doc__,
    mend="Declare a Volume and give its name.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    passes=(container(volumes=[{"volumeName": "data", "containerPath": "/data"}]), service()),
    fails=(
        container(volumes=[{"containerPath": "/data"}]),
        service(spec={"mounts": [{"type": "volume", "target": "/data"}]}),
    ),
    check=check,
)
