"""These directories are the host's own: whoever writes there owns it, whoever reads there knows
its secrets.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

from policies.example import container, planned, service
from policies.planned import VOLUME, WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity

SENSITIVE = (
    *("bin", "boot", "dev", "etc", "home", "lib", "lib64", "media", "mnt", "proc", "root", "run"),
    *("sbin", "srv", "sys", "usr", "var", "cdrom", "selinux"),
)


class Paths(Config):
    """Host paths that may be mounted all the same."""

    allowed: tuple[str, ...] = ()


def check(resource: Planned, config: Paths) -> Iterator[str]:
    for path in sources(resource):
        parts = PurePosixPath(path).parts
        inside = parts[:1] == ("/",) and (len(parts) == 1 or parts[1].lower() in SENSITIVE)
        if inside and path not in config.allowed:
            yield f"it mounts {path} of the host"


def sources(resource: Planned) -> Iterator[str]:
    """Host paths of bind mounts, and those that hide in the options of a volume's driver."""
    if resource.type == VOLUME:
        options = [resource.inputs.inside("driverOpts")]
    else:
        for mount in resource.workload.mounts():
            if mount.type == "bind":
                yield mount.source
        mounts = resource.workload.spec.each("mounts")
        options = [mount.inside("volumeOptions", "driverOptions") for mount in mounts]
    for option in options:
        if "bind" in option.text("o").split(",") or option.text("type") == "none":
            yield option.text("device")


rule = Rule(
    id="no-sensitive-host-mounts",
    title="No directory of the host's own is mounted",
    severity=Severity.critical,
    frameworks=("CIS 5.6", "KICS 1c1325ff", "Trivy KSV-0023", "PSS baseline", "audit R6"),
    why=__doc__,
    mend="Use a named volume, or a volume filled with the file that is needed.",
    levels=DEPLOYED,
    applies=(*WORKLOADS, VOLUME),
    config=Paths,
    passes=(
        container(volumes=[{"volumeName": "data", "containerPath": "/data"}]),
        planned(VOLUME, driver="local"),
        service(),
    ),
    fails=(
        container(volumes=[{"hostPath": "/etc", "containerPath": "/host"}]),
        service(spec={"mounts": [{"type": "bind", "source": "/", "target": "/host"}]}),
        planned(VOLUME, driverOpts={"type": "none", "o": "bind,ro", "device": "/var/lib"}),
    ),
    check=check,
)
