"""A server comes back after a crash and after a reboot, and stays down when it was stopped by
hand; a job that failed is not repeated behind one's back. The on-failure of CIS leaves a server
down for good after its last try, so it is left to configuration, and bounded by a rule of its own.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


class Policies(Config):
    """Policies a server may have."""

    servers: tuple[str, ...] = ("unless-stopped", "any")


def check(resource: Planned, config: Policies) -> Iterator[str]:
    workload = resource.workload
    if not workload.is_job and workload.restart not in config.servers:
        yield f"restart is {workload.restart}"


rule = Rule(
    id="restart-policy",
    title="Servers come back, jobs don't",
    severity=Severity.medium,
    frameworks=("audit R2",),
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
