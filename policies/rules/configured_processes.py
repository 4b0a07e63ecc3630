"""A server that takes its number of processes from its own default has one on a laptop and one in
prod.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.exempt import jobs
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


class Processes(Config):
    """The variable that says how many, by service."""

    services: dict[str, str] = {"api": "WEB_CONCURRENCY"}


def check(resource: Planned, config: Processes) -> Iterator[str]:
    name = config.services.get(resource.workload.service)
    if name and not dict(resource.workload.environment()).get(name):
        yield f"{name} is not set"


rule = Rule(
    id="configured-processes",
    title="The number of processes is configured",
    severity=Severity.low,
    frameworks=("audit C3",),
    why=__doc__,
    mend="Set the variable from the stack file.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    config=Processes,
    exempt=jobs,
    passes=(
        container(
            envs=["WEB_CONCURRENCY=4"], labels=[{"label": "tasktracker.service", "value": "api"}]
        ),
        service(),
    ),
    fails=(
        container(labels=[{"label": "tasktracker.service", "value": "api"}]),
        service(labels=[{"label": "tasktracker.service", "value": "api"}]),
    ),
    check=check,
)
