"""The engine makes a volume nobody declared: without protection, outside the state, known to no
backup.
"""

from collections.abc import Iterator

from policies.example import container, planned, stack
from policies.inputs import Undecided
from policies.planned import VOLUME, Stack
from policies.rule import DEPLOYED, Config, Found, Rule, Severity
from policies.topology import declared


def check(stack: Stack, _: Config) -> Iterator[Found]:
    for resource in stack.workloads:
        try:
            for mount in resource.workload.mounts():
                if mount.key == "fromContainer":
                    yield resource, "it takes its volumes from another container"
                elif mount.type == "volume" and mount.source:
                    name = mount.source
                    known = declared(stack, VOLUME, name) is not None
                    yield from [] if known else [(resource, f"the volume {name} is undeclared")]
        except Undecided as unknown:
            yield resource, unknown


rule = Rule(
    id="declared-volumes",
    title="Volumes are declared",
    severity=Severity.medium,
    frameworks=("audit R6", "audit R8"),
    why=__doc__,
    mend="Declare a Volume of that name in this stack.",
    levels=DEPLOYED,
    passes=(
        stack(
            planned(VOLUME, "v", name="data"),
            container("a", volumes=[{"volumeName": "data", "containerPath": "/data"}]),
        ),
    ),
    fails=(
        stack(container("a", volumes=[{"volumeName": "data", "containerPath": "/data"}])),
        stack(container("a", volumes=[{"fromContainer": "b"}])),
    ),
    check=check,
)
