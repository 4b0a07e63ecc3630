"""With a shared mount what the container mounts appears on the host, and the other way round."""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import ALWAYS, Config, Rule, Severity

SHARED = {"shared", "rshared", "slave", "rslave"}


def check(resource: Planned, _: Config) -> Iterator[str]:
    for mount in resource.workload.mounts():
        if mount.propagation in SHARED:
            yield f"the mount at {mount.target} propagates ({mount.propagation})"


rule = Rule(
    id="no-shared-mount-propagation",
    title="Mounts stay private",
    severity=Severity.high,
    frameworks=("CIS 5.20", "KICS baa452f0", "audit R6"),
    why=__doc__,
    mend="Remove `propagation`; private is the default.",
    levels=ALWAYS,
    applies=WORKLOADS,
    passes=(
        container(
            mounts=[
                {
                    "type": "bind",
                    "source": "/opt/x",
                    "target": "/x",
                    "bindOptions": {"propagation": "rprivate"},
                }
            ]
        ),
        service(),
    ),
    fails=(
        container(
            mounts=[
                {
                    "type": "bind",
                    "source": "/opt/x",
                    "target": "/x",
                    "bindOptions": {"propagation": "rshared"},
                }
            ]
        ),
        service(
            spec={
                "mounts": [
                    {
                        "type": "bind",
                        "source": "/o",
                        "target": "/x",
                        "bindOptions": {"propagation": "slave"},
                    }
                ]
            }
        ),
    ),
    check=check,
)
