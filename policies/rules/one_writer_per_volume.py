"""Two servers that write to the same files destroy them, unless they were made to."""

from collections import defaultdict
from collections.abc import Iterator

from policies.example import container, service, stack
from policies.inputs import Undecided
from policies.planned import Planned, Stack
from policies.rule import DEPLOYED, Config, Found, Rule, Severity


def check(stack: Stack, _: Config) -> Iterator[Found]:
    writers: dict[str, list[Planned]] = defaultdict(list)
    for resource in stack.workloads:
        if resource.workload.is_job:
            continue
        try:
            for mount in resource.workload.mounts():
                if mount.type == "volume" and not mount.read_only and mount.source:
                    writers[mount.source] += [resource] * resource.workload.replicas
        except Undecided as unknown:
            yield resource, unknown
    for name, resources in writers.items():
        if len(resources) > 1:
            names = sorted({resource.name for resource in resources})
            yield (
                resources[-1],
                f"the volume {name} has {len(resources)} writers: {', '.join(names)}",
            )


rule = Rule(
    id="one-writer-per-volume",
    title="A volume has one writer",
    severity=Severity.high,
    frameworks=("KICS 8c978947", "audit R6", "audit R8"),
    why=__doc__,
    mend="Mount it read-only in all but one, or give each a volume of its own.",
    levels=DEPLOYED,
    passes=(
        stack(
            container("a", volumes=[{"volumeName": "data", "containerPath": "/data"}]),
            container(
                "b", volumes=[{"volumeName": "data", "containerPath": "/data", "readOnly": True}]
            ),
        ),
    ),
    fails=(
        stack(
            container("a", volumes=[{"volumeName": "data", "containerPath": "/data"}]),
            container("b", volumes=[{"volumeName": "data", "containerPath": "/data"}]),
        ),
        stack(
            service(
                "s",
                spec={"mounts": [{"type": "volume", "source": "data", "target": "/data"}]},
                mode={"replicated": {"replicas": 2}},
            )
        ),
    ),
    check=check,
)
