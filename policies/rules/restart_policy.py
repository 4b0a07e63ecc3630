"""A server comes back after a crash and after a reboot, and stays down when it was stopped by
hand; a job that failed is not repeated behind one's back. CIS asks for on-failure with five
tries, after which a server is down for good, so that is left to configuration.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


class Policies(Config):
    """Policies a server may have, and the most tries of on-failure."""

    servers: tuple[str, ...] = ("unless-stopped", "any")
    most_tries: int = 5


def check(resource: Planned, config: Policies) -> Iterator[str]:
    workload = resource.workload
    policy = workload.restart
    if not workload.swarm and workload.is_job:
        return
    if policy == "on-failure" and not workload.swarm:
        tries = resource.inputs.number("maxRetryCount")
        if tries == 0 or tries > config.most_tries:
            yield f"restart is on-failure without a bound of {config.most_tries} tries"
    if policy not in config.servers:
        yield f"restart is {policy}"


rule = Rule(
    id="restart-policy",
    title="Servers come back, jobs don't",
    severity=Severity.medium,
    frameworks=("CIS 5.15", "OWASP D07", "KICS 2fc99041", "audit R2"),
    why=__doc__,
    mend="Set `restart` to unless-stopped (a service: `restartPolicy.condition` any).",
    levels=DEPLOYED,
    applies=WORKLOADS,
    config=Policies,
    passes=(
        container(restart="unless-stopped"),
        container(restart="no", mustRun=False, start=False),
        service(),
    ),
    fails=(
        container(restart="no"),
        container(restart="always"),
        container(restart="on-failure"),
        service(task={"restartPolicy": {"condition": "none"}}),
    ),
    check=check,
)
