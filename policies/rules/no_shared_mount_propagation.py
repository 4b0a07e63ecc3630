"""With a shared mount what the container mounts appears on the host, and the other way round."""

from collections.abc import Iterator

from policies.example import container, planned, service
from policies.planned import VOLUME, WORKLOADS, Planned
from policies.rule import ALWAYS, Config, Rule, Severity

SHARED = {"shared", "rshared", "slave", "rslave"}


def check(resource: Planned, _: Config) -> Iterator[str]:
    if resource.type == VOLUME:
        for flag in sorted(SHARED & {*resource.inputs.inside("driverOpts").text("o").split(",")}):
            yield f"its driver's mount propagates ({flag})"
        return
    for mount in resource.workload.mounts():
        for flag in sorted(SHARED & {mount.propagation, *mount.driver.text("o").split(",")}):
            yield f"the mount at {mount.target} propagates ({flag})"


rule = Rule(
    id="no-shared-mount-propagation",
    title="Mounts stay private",
    severity=Severity.high,
    frameworks=("CIS 5.20", "KICS baa452f0", "audit R6"),
    why=__doc__,
    mend="Remove `propagation`; private is the default.",
    levels=ALWAYS,
    applies=(*WORKLOADS, VOLUME),
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
        planned(VOLUME, driver="local"),
    ),
    fails=(
        planned(VOLUME, driverOpts={"type": "none", "o": "bind,rshared", "device": "/opt/x"}),
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
