"""Data nobody backs up is data nobody needs, and a backup nobody restores is a hope."""

from collections.abc import Iterator

from policies.example import container, stack
from policies.planned import Stack
from policies.rule import Config, Found, Level, Levels, Rule, Severity


class Backups(Config):
    """Services that make backups, that try to restore them, and datastores that may be lost."""

    backups: tuple[str, ...] = ("backups", "backup", "pgbackrest")
    drills: tuple[str, ...] = ("drill",)
    disposable: tuple[str, ...] = ("memcached",)


def check(stack: Stack, config: Backups) -> Iterator[Found]:
    running = [r.workload for r in stack.workloads if not r.workload.is_job]
    services = {workload.service for workload in running}
    kept = {workload.datastore for workload in running} - {"", *config.disposable}
    if kept and not services & set(config.backups):
        yield f"the stack keeps data ({', '.join(sorted(kept))}), and nothing in it makes backups"
    elif kept and not services & set(config.drills):
        yield "the stack makes backups, and nothing in it tries to restore them"


rule = Rule(
    id="backups-in-prod",
    title="Prod is backed up, and its backups are tried",
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
            container("drill", labels=[{"label": "tasktracker.service", "value": "drill"}]),
        ),
        stack(container("api", image="api:v1.0.0")),
    ),
    fails=(
        stack(container("postgres", image="postgres:18.1")),
        stack(container("db", image="mcr.microsoft.com/mssql/server:2022-CU14")),
        stack(
            container("postgres", image="postgres:18.1"),
            container("backups", labels=[{"label": "tasktracker.service", "value": "backups"}]),
        ),
    ),
    check=check,
)
