"""A tmpfs without a size, or with 0 for one, may grow to half of the host's memory."""

from collections.abc import Iterator

from policies.example import container, planned, service
from policies.planned import VOLUME, WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity
from policies.size import megabytes


class Sizes(Config):
    """The most one tmpfs may hold."""

    most_megabytes: float = 1024


def check(resource: Planned, config: Sizes) -> Iterator[str]:
    if resource.type == VOLUME:
        options = resource.inputs.inside("driverOpts")
        sizes = {"its driver": options.text("o")} if options.text("type") == "tmpfs" else {}
    else:
        mapped = resource.inputs.inside("tmpfs")  # a service has none
        sizes = {path: mapped.text(path) for path in mapped.data}
        for mount in resource.workload.spec.each("mounts"):
            if mount.text("type") == "tmpfs":
                in_bytes = mount.inside("tmpfsOptions").number("sizeBytes")
                sizes[mount.text("target")] = f"size={in_bytes:.0f}"
    for place, given in sizes.items():
        names = [option.partition("=") for option in given.split(",")]
        size = next(
            (megabytes(value) for name, _, value in reversed(names) if name == "size"), None
        )
        if size is None:
            yield f"the tmpfs at {place} has no size"
        elif size > config.most_megabytes:
            yield f"the tmpfs at {place} may hold {size:.0f} MB"


rule = Rule(
    id="tmpfs-bounded",
    title="Every tmpfs has a size",
    severity=Severity.low,
    frameworks=("OWASP D07", "audit R1"),
    why=__doc__,
    mend="Add size=… to its options (a mount: `tmpfsOptions.sizeBytes`).",
    levels=DEPLOYED,
    applies=(*WORKLOADS, VOLUME),
    config=Sizes,
    passes=(
        container(tmpfs={"/tmp": "size=64m"}),
        service(
            spec={"mounts": [{"type": "tmpfs", "target": "/tmp", "tmpfsOptions": {"sizeBytes": 1}}]}
        ),
        planned(VOLUME, driver="local"),
    ),
    fails=(
        container(tmpfs={"/tmp": ""}),
        container(tmpfs={"/tmp": "size=0"}),
        container(tmpfs={"/tmp": "size=64m,size=100g"}),
        container(tmpfs={"/tmp": "size=50%"}),
        planned(VOLUME, driverOpts={"type": "tmpfs", "device": "tmpfs", "o": "uid=1000"}),
        service(spec={"mounts": [{"type": "tmpfs", "target": "/tmp"}]}),
    ),
    check=check,
)
