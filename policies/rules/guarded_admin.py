"""Admin actions and the statistics API are open to whoever finds them unless the api is given what
to ask for.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.exempt import jobs
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


class Guards(Config):
    """Variables a service has that name the secret files it asks clients for."""

    services: dict[str, tuple[str, ...]] = {
        "api": ("ADMIN_TOKEN_FILE", "STATISTICS_PASSWORD_FILE"),
    }


def check(resource: Planned, config: Guards) -> Iterator[str]:
    needed = config.services.get(resource.workload.service)
    if needed:
        given = dict(resource.workload.environment())
        for name in needed:
            if not given.get(name):
                yield f"{name} is not set"


rule = Rule(
    id="guarded-admin",
    title="Admin actions and statistics ask for a secret",
    severity=Severity.high,
    frameworks=("audit S7",),
    why=__doc__,
    mend="Give the api the secret's file by that variable.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    config=Guards,
    exempt=jobs,
    passes=(
        container(
            envs=["ADMIN_TOKEN_FILE=/run/secrets/a", "STATISTICS_PASSWORD_FILE=/run/secrets/s"],
            labels=[{"label": "tasktracker.service", "value": "api"}],
        ),
        service(),
    ),
    fails=(
        container(
            envs=["ADMIN_TOKEN_FILE=/run/secrets/a"],
            labels=[{"label": "tasktracker.service", "value": "api"}],
        ),
        service(labels=[{"label": "tasktracker.service", "value": "api"}]),
    ),
    check=check,
)
