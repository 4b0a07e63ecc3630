"""Labels, driver and options of a volume are fixed when it is made: a change of one replaces it,
and destroy removes it, with all that is in it. A protected volume refuses both.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from policies.example import container, planned, stack
from policies.planned import VOLUME, Options, Planned, Stack
from policies.rule import DEPLOYED, Config, Found, Rule, Severity
from policies.topology import declared


class Data(Config):
    """Volumes (globs) that hold data whoever mounts them, and those that may be lost."""

    data: tuple[str, ...] = ("*-data", "*-sessions", "*-repository", "*-backups")
    disposable: tuple[str, ...] = ()


def check(stack: Stack, config: Data) -> Iterator[Found]:
    written: set[Planned] = set()
    for resource in stack.workloads:
        if resource.workload.is_job:
            continue
        for mount in resource.workload.mounts():
            if mount.type == "volume" and not mount.read_only and (name := mount.source):
                volume = declared(stack, VOLUME, name)
                written |= {volume} if volume else set()
    for volume in stack.of(VOLUME):
        if any(fnmatchcase(volume.name, glob) for glob in config.disposable):
            continue
        kept = volume in written or any(fnmatchcase(volume.name, glob) for glob in config.data)
        if kept and not volume.options.protect:
            yield volume, "a volume that holds data is not protected"


rule = Rule(
    id="protect-data-volumes",
    title="Volumes that hold data are protected",
    severity=Severity.critical,
    frameworks=("audit R8", "audit R6"),
    why=__doc__,
    mend="Set the option `protect`; name a cache in the rule's configuration as disposable.",
    levels=DEPLOYED,
    config=Data,
    passes=(
        stack(
            planned(VOLUME, "v", "prod", Options(protect=True), name="data"),
            container(
                restart="unless-stopped", volumes=[{"volumeName": "data", "containerPath": "/data"}]
            ),
        ),
        stack(planned(VOLUME, "files")),
    ),
    fails=(
        stack(
            planned(VOLUME, "v", name="data"),
            container(
                restart="unless-stopped", volumes=[{"volumeName": "data", "containerPath": "/data"}]
            ),
        ),
        stack(planned(VOLUME, "postgres-data")),
    ),
    check=check,
)
