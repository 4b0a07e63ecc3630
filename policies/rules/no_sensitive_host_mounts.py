"""These directories are the host's own: whoever writes there owns it, whoever reads there knows
its secrets.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

from policies.example import container, planned, service
from policies.host_paths import host_paths
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
    for path in host_paths(resource):
        parts = PurePosixPath(path).parts
        inside = parts[:1] == ("/",) and (len(parts) == 1 or parts[1].lower() in SENSITIVE)
        if inside and path not in config.allowed:
            yield f"it mounts {path} of the host"


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
        planned(VOLUME, driverOpts={"type": "nfs", "o": "addr=10.0.0.5", "device": ":/var/x"}),
        planned(VOLUME, driverOpts={"type": "cifs", "o": "user=x", "device": "//etc/share"}),
        service(),
    ),
    fails=(
        container(volumes=[{"hostPath": "/etc", "containerPath": "/host"}]),
        service(spec={"mounts": [{"type": "bind", "source": "/", "target": "/host"}]}),
        planned(VOLUME, driverOpts={"type": "none", "o": "bind,ro", "device": "/var/lib"}),
        planned(VOLUME, driverOpts={"type": "ext4", "o": "rbind", "device": "/"}),
        planned(VOLUME, driverOpts={"type": "ext4", "device": "/dev/sda1"}),
        planned(VOLUME, driverOpts={"type": "none", "o": "bind", "device": "//etc"}),
        planned(VOLUME, driverOpts={"type": "none", "o": "bind", "device": "etc"}),
        planned(VOLUME, driverOpts={"type": "cifs", "o": "bind", "device": "//etc"}),
        planned(VOLUME, driverOpts={"type": "overlay", "o": "lowerdir=/etc", "device": "overlay"}),
        planned(VOLUME, driver="local-persist", driverOpts={"mountpoint": "/etc"}),
        container(volumes=[{"volumeName": "/etc", "containerPath": "/host"}]),
        container(volumes=[{"hostPath": "//etc", "containerPath": "/host"}]),
        container(volumes=[{"hostPath": "/opt/../etc", "containerPath": "/host"}]),
    ),
    check=check,
)
