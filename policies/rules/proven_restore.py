"""A backup nobody restored is a hope, and a deploy is when it is needed."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import Field

from policies import proof
from policies.example import container, stack
from policies.planned import Stack
from policies.proof import Proof
from policies.rule import Config, Level, Levels, Rule, Severity


class Ages(Config):
    """How old the newest backup and the last proven restore may be."""

    backup_hours: int = Field(default=26, ge=1, description="a day and what a backup may take")
    restore_days: int = Field(default=8, ge=1, description="a week and a day to mend what failed")


def check(stack: Stack, config: Ages) -> Iterator[str]:
    if not any(workload.workload.service == "postgres" for workload in stack.workloads):
        return
    backups = stack.settings.get("backups")
    given = backups.get("proven") if isinstance(backups, Mapping) else None
    try:
        known = proof.known(stack.name, given or {}, stack.is_new)
    except (OSError, ValueError):
        yield f"what is known of the backups ({proof.FOLDER}/{stack.name}.json) can't be read"
        return
    yield from judged(known, datetime.now(UTC), config)


def judged(known: Proof, now: datetime, config: Ages) -> Iterator[str]:
    """What is too old at a time. A stack that was never deployed has nothing to lose yet."""
    if known.deployed is None:
        return
    limits = (
        ("newest backup", known.newest_backup, timedelta(hours=config.backup_hours)),
        ("last proven restore", known.proven_restore, timedelta(days=config.restore_days)),
    )
    for what, when, limit in limits:
        # What a new stack has not done yet is counted from its first deployment.
        age = now - (when or known.deployed)
        if age > limit:
            told = f"is {_told(age)} old" if when else f"is missing {_told(age)} after its start"
            yield f"the {what} {told}, allowed are {_told(limit)}"


def _told(age: timedelta) -> str:
    days, hours = age.days, age.seconds // 3600
    return f"{days} days {hours} h" if days > 1 else f"{24 * days + hours} h"


def _example(**times: Any) -> Stack:
    labels = [{"label": "tasktracker.service", "value": "postgres"}]
    return stack(container("postgres", labels=labels), backups={"proven": times})


_LONG_AGO, _FAR_AHEAD = "2020-01-01T00:00:00+00:00", "2999-01-01T00:00:00+00:00"

rule = Rule(
    id="proven-restore",
    title="A backup was restored lately",
    severity=Severity.critical,
    frameworks=("audit B1", "audit B3"),
    why=__doc__,
    mend="Run `make drill`, or `make backups` where the host was only out of reach.",
    levels=Levels(Level.disabled, Level.advisory, Level.mandatory),
    config=Ages,
    passes=(
        stack(container("api", image="api:v1.0.0")),
        _example(deployed=_LONG_AGO, newest_backup=_FAR_AHEAD, proven_restore=_FAR_AHEAD),
    ),
    fails=(
        _example(deployed=_LONG_AGO, newest_backup=_LONG_AGO, proven_restore=_FAR_AHEAD),
        _example(deployed=_LONG_AGO, newest_backup=_FAR_AHEAD, proven_restore=_LONG_AGO),
        _example(deployed=_LONG_AGO),
    ),
    check=check,
)
