"""A tmpfs without a size may grow to half of the host's memory."""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    if not resource.workload.swarm:
        mapped = resource.inputs.inside("tmpfs")
        for path in mapped.data:
            if "size=" not in mapped.text(path):
                yield f"the tmpfs at {path} has no size"
    for mount in resource.workload.spec.each("mounts"):
        sized = mount.inside("tmpfsOptions").number("sizeBytes")
        if mount.text("type") == "tmpfs" and not sized:
            yield f"the tmpfs at {mount.text('target')} has no size"


rule = Rule(
    id="tmpfs-bounded",
    title="Every tmpfs has a size",
    severity=Severity.low,
    frameworks=("OWASP D07", "audit R1"),
    why=__doc__,
    mend="Add size=… to its options (a mount: `tmpfsOptions.sizeBytes`).",
    levels=DEPLOYED,
    applies=WORKLOADS,
    passes=(
        container(tmpfs={"/tmp": "size=64m"}),
        service(
            spec={"mounts": [{"type": "tmpfs", "target": "/tmp", "tmpfsOptions": {"sizeBytes": 1}}]}
        ),
    ),
    fails=(
        container(tmpfs={"/tmp": ""}),
        service(spec={"mounts": [{"type": "tmpfs", "target": "/tmp"}]}),
    ),
    check=check,
)
