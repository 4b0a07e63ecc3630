"""A release that meets a schema of another one fails request by request, and a migration nobody can
go back behind is the one that needs it.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from policies.example import container, planned, stack
from policies.planned import COMMAND, Planned, Stack
from policies.rule import DEPLOYED, Config, Found, Rule, Severity
from policies.topology import followers


class Order(Config):
    """The job that migrates, who comes after it, and the job that saves what was before it."""

    database: tuple[str, ...] = ("postgres",)
    migrations: str = "migrations"
    released: tuple[str, ...] = ("api", "worker", "bot")
    backups: tuple[str, ...] = ("backups", "backup", "pgbackrest")
    restore_point: str = "restore-point"


def check(stack: Stack, config: Order) -> Iterator[Found]:
    running = [r for r in stack.workloads if not r.workload.is_job]
    services = {r.workload.service for r in running}
    released = [r for r in running if r.workload.service in config.released]
    if not services & {*config.database} or not released:
        return
    migrations = _jobs(stack, config.migrations)
    if not migrations:
        yield released[0], f"no job {config.migrations} comes before it"
    for job in migrations:
        after = followers(stack, job)
        for resource in released:
            if resource.urn not in after:
                yield resource, f"it doesn't wait for {config.migrations}"
    if services & {*config.backups}:
        yield from _saved(stack, migrations, config)


def _saved(stack: Stack, migrations: list[Planned], config: Order) -> Iterator[Found]:
    """Whether what is there is saved before each migration: before the command that runs it."""
    points = _jobs(stack, config.restore_point)
    for job in migrations:
        runs = [c for c in stack.of(COMMAND) if job.urn in c.dependencies] or [job]
        if not points:
            yield job, f"no job {config.restore_point} comes before it"
        for point in points:
            after = followers(stack, point)
            if not all(run.urn in after for run in runs):
                yield job, f"it doesn't wait for {config.restore_point}"


def _jobs(stack: Stack, service: str) -> list[Planned]:
    """The jobs of a service that run: what only carries its files does not."""
    return [
        r
        for r in stack.workloads
        if r.workload.service == service and r.workload.is_job and not r.workload.is_filler
    ]


def _part(name: str, needs: tuple[Planned, ...] = (), **inputs: Any) -> Planned:
    labels = [{"label": "tasktracker.service", "value": name}]
    made = container(name, labels=labels, **inputs)
    return replace(made, dependencies=tuple(each.urn for each in needs))


_JOB: dict[str, Any] = {"mustRun": False, "restart": "no", "attach": True}
_POSTGRES, _BACKUP = _part("postgres"), _part("backup")
_POINT = _part("restore-point", **_JOB)
_MIGRATIONS = _part("migrations", **_JOB)
_RUN = replace(
    planned(COMMAND, "migrations-run", create="docker start --attach migrations"),
    dependencies=(_MIGRATIONS.urn, _POINT.urn),
)
_HASTY = replace(_RUN, dependencies=(_MIGRATIONS.urn,))
_API = _part("api", (_RUN,))

rule = Rule(
    id="migrations-first",
    title="A release waits for its migrations, and they for a backup",
    severity=Severity.high,
    frameworks=("audit I4", "audit B5"),
    why=__doc__,
    mend="Run the migrations by a job before the release, behind one that makes a restore point.",
    levels=DEPLOYED,
    config=Order,
    passes=(
        stack(_POSTGRES, _BACKUP, _POINT, _MIGRATIONS, _RUN, _API),
        stack(_POSTGRES, _MIGRATIONS, _HASTY, _API),
        stack(_part("api")),
        stack(_POSTGRES),
    ),
    fails=(
        stack(_POSTGRES, _API),
        stack(_POSTGRES, _MIGRATIONS, _RUN, _part("api")),
        stack(_POSTGRES, _BACKUP, _MIGRATIONS, _RUN, _API),
        stack(_POSTGRES, _BACKUP, _POINT, _MIGRATIONS, _HASTY, _API),
    ),
    check=check,
)
