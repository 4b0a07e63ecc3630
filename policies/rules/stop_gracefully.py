"""The provider kills a container it deletes, unless it is given a time; requests and tasks in
flight are lost.
"""

from collections.abc import Iterator

from policies.duration import seconds
from policies.example import container, service
from policies.exempt import jobs
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


class Grace(Config):
    """The least seconds a server is given to stop, by service; and for all others."""

    least_seconds: float = 5
    services: dict[str, float] = {"worker": 30, "postgres": 60}


def check(resource: Planned, config: Grace) -> Iterator[str]:
    workload = resource.workload
    if workload.swarm:
        name, given = "stopGracePeriod", seconds(workload.spec.text("stopGracePeriod"))
    else:
        name, given = "destroyGraceSeconds", resource.inputs.number("destroyGraceSeconds")
    least = config.services.get(workload.service, config.least_seconds)
    if given < least:
        yield f"{name} is {given:.0f} s, less than {least:.0f} s"
    if not workload.swarm and 0 < given < resource.inputs.number("stopTimeout"):
        yield "destroyGraceSeconds is shorter than stopTimeout"
    if workload.spec.text("stopSignal").upper() in ("SIGKILL", "KILL", "9"):
        yield "stopSignal is SIGKILL"


rule = Rule(
    id="stop-gracefully",
    title="Servers are given time to stop",
    severity=Severity.medium,
    frameworks=("audit R3", "audit I5"),
    why=__doc__,
    mend="Set `destroyGraceSeconds` (a service: `stopGracePeriod`) to what its last request needs.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    config=Grace,
    exempt=jobs,
    passes=(
        container(destroyGraceSeconds=30, stopTimeout=30),
        service(spec={"stopGracePeriod": "30s"}),
    ),
    fails=(
        container(),
        container(destroyGraceSeconds=10, stopTimeout=30),
        container(destroyGraceSeconds=10, stopSignal="SIGKILL"),
        service(),
    ),
    check=check,
)
