"""What is known of a stack's backups where no host is in reach.

`ops` writes it to `backups/<stack>.json` whenever it meets the host; a stack file may give it as
`backups.proven` (docs/decisions/proven-restore.md).
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

_KEYS = ("deployed", "newest_backup", "proven_restore")

FOLDER = Path(os.environ.get("TASK_TRACKER_BACKUP_RECORDS", Path(__file__).parents[1] / "backups"))


@dataclass(frozen=True)
class Proof:
    """Times, each None where there is none: `deployed` is when the stack first was."""

    deployed: datetime | None = None
    newest_backup: datetime | None = None
    proven_restore: datetime | None = None


def read(text: Mapping[str, Any]) -> Proof:
    """A record of ISO 8601 times. Raises ValueError."""
    return Proof(**{key: _time(text[key]) for key in _KEYS if text.get(key)})


def known(stack: str, given: Mapping[str, Any], is_new: bool = False) -> Proof:
    """The newest of what the stack file gives and what `ops` wrote down.

    Since when the stack is there, Pulumi's state says where neither does. It takes a third of a
    second to ask, so a stack that is known to be new is not asked about.

    Raises OSError and ValueError.
    """
    file = FOLDER / f"{stack}.json"
    found = [read(given)]
    if file.exists():
        found.append(read(json.loads(file.read_text())))
    newest = Proof(*(_newest([getattr(proof, key) for proof in found]) for key in _KEYS))
    if newest.deployed or is_new:
        return newest
    return replace(newest, deployed=deployed(stack))


def told(found: Proof, now: datetime) -> str:
    """The ages for a reader: how old the newest backup is, and the last proven restore."""

    def age(when: datetime | None) -> str:
        return f"{(now - when).total_seconds() / 3600:.0f} h ago" if when else "not known"

    return (
        f"newest backup {age(found.newest_backup)}, last proven restore {age(found.proven_restore)}"
    )


def deployed(stack: str, folder: Path | None = None) -> datetime | None:
    """When the oldest of a stack's containers was first declared, as its state says.

    None for a stack that has none: it was never deployed. Raises OSError where Pulumi can't tell.
    """
    done = subprocess.run(
        ["pulumi", "stack", "export", "--stack", stack, "--non-interactive"],
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=60,
    )
    if "no stack named" in done.stderr:
        return None
    if done.returncode != 0:
        raise OSError(f"pulumi stack export: {done.stderr.strip()}")
    resources = json.loads(done.stdout).get("deployment", {}).get("resources") or []
    made = [r["created"] for r in resources if "docker:" in r["type"] and r.get("created")]
    return min(map(_time, made), default=None)


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text[:19] + "+00:00" if text.endswith("Z") else text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment


def _newest(times: list[datetime | None]) -> datetime | None:
    return max((time for time in times if time is not None), default=None)
