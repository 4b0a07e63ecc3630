"""Swarm's own defaults stop the old task first, and pause a failed update half way: some tasks
new, some old, for as long as nobody looks.
"""

from collections.abc import Iterator

from policies.duration import seconds
from policies.example import service
from policies.planned import SERVICE, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    update = resource.inputs.inside("updateConfig")
    if update.text("failureAction") != "rollback":
        yield "a failed update is not rolled back"
    if not resource.inputs.has("rollbackConfig"):
        yield "rollbackConfig is not set"
    if update.text("order") != "start-first" and not _alone(resource):
        yield "it stops the old task before the new one serves"
    health = resource.workload.spec.inside("healthcheck")
    retries = health.number("retries") or 3
    fails = retries * seconds(health.text("interval")) + seconds(health.text("startPeriod"))
    if fails and seconds(update.text("monitor")) < fails:
        yield f"an update is watched for less than the {fails:.0f} s its probe needs to fail"


def _alone(resource: Planned) -> bool:
    """Whether two can't run at once on one host: it writes to a volume, or owns a port of it."""
    workload = resource.workload
    writes = any(m.type == "volume" and not m.read_only for m in workload.mounts())
    return writes or any(port.mode == "host" for port in workload.ports())


rule = Rule(
    id="safe-update-config",
    title="A failed update of a service is rolled back",
    severity=Severity.medium,
    frameworks=("audit I5", "audit I6"),
    why=__doc__,
    mend="Set `updateConfig` (start-first, rollback, monitor) and `rollbackConfig`.",
    levels=DEPLOYED,
    applies=(SERVICE,),
    passes=(
        service(
            updateConfig={"failureAction": "rollback", "order": "start-first", "monitor": "60s"},
            rollbackConfig={"order": "start-first"},
        ),
    ),
    fails=(service(), service(updateConfig={"failureAction": "pause", "order": "stop-first"})),
    check=check,
)
