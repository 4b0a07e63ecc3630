"""What fails at every start and is started again without end takes the host's CPU, fills its log,
and looks as if it ran.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


class Tries(Config):
    """The most tries of on-failure."""

    most_tries: int = 5


def check(resource: Planned, config: Tries) -> Iterator[str]:
    workload = resource.workload
    if workload.restart != "on-failure":
        return
    policy = workload.task.inside("restartPolicy") if workload.swarm else resource.inputs
    tries = policy.number("maxAttempts" if workload.swarm else "maxRetryCount")
    if not 0 < tries <= config.most_tries:
        yield f"restart is on-failure without a bound of {config.most_tries} tries"


rule = Rule(
    id="bounded-retries",
    title="Retries after a failure have an end",
    severity=Severity.low,
    frameworks=("CIS 5.15", "OWASP D07", "KICS 2fc99041", "audit R2"),
    why=__doc__,
    mend="Set `maxRetryCount` (a service: `restartPolicy.maxAttempts`).",
    levels=DEPLOYED,
    applies=WORKLOADS,
    config=Tries,
    passes=(
        container(restart="unless-stopped"),
        container(restart="on-failure", maxRetryCount=5),
        service(),
    ),
    fails=(
        container(restart="on-failure"),
        container(restart="on-failure", maxRetryCount=50),
        service(task={"restartPolicy": {"condition": "on-failure"}}),
    ),
    check=check,
)
