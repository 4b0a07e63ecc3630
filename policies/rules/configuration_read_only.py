"""A program that can rewrite its configuration, its certificate or its secrets keeps what an
intruder wrote.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

from policies.example import container, service
from policies.exempt import fillers
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


class Places(Config):
    """Where configuration, certificates and secrets are mounted."""

    places: tuple[str, ...] = ("/run/secrets", "/etc", "/live", "/certs", "/config")


def check(resource: Planned, config: Places) -> Iterator[str]:
    for mount in resource.workload.mounts():
        target = PurePosixPath(mount.target)
        inside = any(target.is_relative_to(place) for place in config.places)
        if inside and mount.type != "tmpfs" and not mount.read_only:
            yield f"the mount at {mount.target} can be written to"


rule = Rule(
    id="configuration-read-only",
    title="Configuration, certificates and secrets are mounted read-only",
    severity=Severity.high,
    frameworks=("OWASP D08", "audit R6", "audit E5", "audit S1"),
    why=__doc__,
    mend="Set `readOnly` to true on the mount.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    config=Places,
    exempt=fillers,
    passes=(
        container(volumes=[{"volumeName": "v", "containerPath": "/run/secrets", "readOnly": True}]),
        service(),
    ),
    fails=(
        container(volumes=[{"volumeName": "v", "containerPath": "/run/secrets"}]),
        service(spec={"mounts": [{"type": "volume", "source": "v", "target": "/etc/nginx"}]}),
    ),
    check=check,
)
