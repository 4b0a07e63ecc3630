"""With one account for all nobody can tell who did it, nobody can be shut out alone, and each may
do what the mightiest needs.
"""

from collections import defaultdict
from collections.abc import Iterator

from policies.example import container, service, stack
from policies.inputs import Undecided
from policies.planned import Planned, Stack
from policies.rule import DEPLOYED, Config, Found, Rule, Severity


class Accounts(Config):
    """Variables that name an account, accounts that are nobody's, and who may have those."""

    variables: tuple[str, ...] = ("DATABASE_USER", "NATS_USER", "PGUSER")
    superusers: tuple[str, ...] = ("postgres", "root", "admin")
    administrators: tuple[str, ...] = ("postgres", "roles", "backups", "backup", "pgbackrest")


def check(stack: Stack, config: Accounts) -> Iterator[Found]:
    owners: dict[tuple[str, str], dict[str, Planned]] = defaultdict(dict)
    for resource in stack.workloads:
        try:
            service = resource.workload.service or resource.name
            for name, value in resource.workload.environment():
                if name not in config.variables or type(value) is not str:
                    continue
                if service in config.administrators:
                    continue
                if value in config.superusers:
                    yield resource, f"{name} is {value}, who may do anything"
                owners[name, value][service] = resource
        except Undecided as unknown:
            yield resource, unknown
    for (name, value), services in owners.items():
        if len(services) > 1:
            yield (
                [*services.values()][-1],
                f"{name} {value} is shared by {', '.join(sorted(services))}",
            )


rule = Rule(
    id="own-users",
    title="Each client has an account of its own",
    severity=Severity.high,
    frameworks=("audit S6",),
    why=__doc__,
    mend="Give it a role or user with the rights it needs.",
    levels=DEPLOYED,
    config=Accounts,
    passes=(
        stack(
            container("api", envs=["DATABASE_USER=api"]),
            container("worker", envs=["DATABASE_USER=worker"]),
        ),
    ),
    fails=(
        stack(container("api", envs=["DATABASE_USER=postgres"])),
        stack(
            container("api", envs=["NATS_USER=app"]),
            service("worker", spec={"env": {"NATS_USER": "app"}}),
        ),
    ),
    check=check,
)
