"""Data nobody backs up is data nobody needs."""

from collections.abc import Iterator

from policies.example import container, stack
from policies.planned import Stack
from policies.rule import Config, Found, Level, Levels, Rule, Severity


class Backups(Config):
    """Services that make backups, and datastores whose data may be lost."""

    backups: tuple[str, ...] = ("backups", "backup", "pgbackrest")
    disposable: tuple[str, ...] = ("memcached",)


def check(stack: Stack, config: Backups) -> Iterator[Found]:
    running = [r.workload for r in stack.workloads if not r.workload.is_job]
    services = {workload.service for workload in running}
    kept = {workload.datastore for workload in running} - {"", *config.disposable}
    if kept and not services & set(config.backups):
        yield f"the stack keeps data ({', '.join(sorted(kept))}), and nothing in it makes backups"


rule = Rule(
    id="backups-in-prod",
    title="Prod is backed up",
    severity=Severity.critical,
    frameworks=("audit B1", "audit B2", "audit B3"),
    why=__doc__,
    mend="Turn backups on in the stack file.",
    levels=Levels(Level.disabled, Level.disabled, Level.mandatory),
    config=Backups,
    passes=(
        stack(
            container("postgres", image="postgres:18.1"),
            container("backups", labels=[{"label": "tasktracker.service", "value": "backups"}]),
        ),
        stack(container("api", image="api:v1.0.0")),
    ),
    fails=(
        stack(container("postgres", image="postgres:18.1")),
        stack(container("db", image="mcr.microsoft.com/mssql/server:2022-CU14")),
    ),
    check=check,
)
