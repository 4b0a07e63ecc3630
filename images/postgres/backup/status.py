"""How the backups are: what there is, how old it is, and what is wrong."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import archive, repository, taking
from .settings import Settings, Wrong

# Before it, a service that has just started is not blamed for what was missed while it was down.
CATCH_UP = 3600.0

# The record of the last time that everything stored was read.
VERIFIED = "verified.json"


@dataclass(frozen=True)
class Place:
    """One repository. `set_age` is that of the newest whole set; None where there is none."""

    name: str
    reachable: str  # empty, or what keeps it
    kind: str = ""
    label: str = ""
    set_taken: str = ""
    set_age: float | None = None
    size: int = 0
    stored: int = 0
    wal_max: str = ""
    drill: dict[str, Any] | None = None
    proven: dict[str, Any] | None = None


@dataclass(frozen=True)
class Status:
    """Everything that `status`, the metrics and the health are made of."""

    places: list[Place]
    queue_segments: int
    queue_age: float
    gaps: list[str]
    last: dict[str, Any] | None
    troubles: list[str] = field(default_factory=list)

    @property
    def newest(self) -> float | None:
        ages = [p.set_age for p in self.places if p.set_age is not None]
        return min(ages) if ages else None


def places(settings: Settings, now: float) -> list[Place]:
    """What every repository holds; one that doesn't answer says so."""
    return [_place(settings, name, now) for name in settings.repositories]


def _place(settings: Settings, name: str, now: float) -> Place:
    records = Path(settings.drills) / "records"
    drill = taking.read(records / f"{name}.json")
    proven = taking.read(records / f"{name}-proven.json")
    last = taking.last_set(settings) or {}
    taken = last.get("places", {}).get(name, "")
    age = now - datetime.fromisoformat(taken).timestamp() if taken else None
    try:
        found = repository.contents(settings, name, timeout=60)
    except Wrong as error:
        told = str(error)
        return Place(name, told, set_taken=taken, set_age=age, drill=drill, proven=proven)
    newest = found.newest
    return Place(
        name,
        "",
        kind=newest.kind if newest else "",
        label=newest.label if newest else "",
        set_taken=taken,
        set_age=age,
        size=newest.size if newest else 0,
        stored=sum(backup.stored for backup in found.backups),
        wal_max=found.wal_max,
        drill=drill,
        proven=proven,
    )


def look(settings: Settings, known: list[Place], up: float, trouble: str = "") -> Status:
    """The status now. `known` may be a little old; `up` is for how many seconds we have run.

    `trouble` is what keeps WAL from being sent.
    """
    queue = archive.waiting(settings)
    gaps = sorted((taking.read(settings.records / "gaps.json") or {}).get("segments", []))
    last = taking.last_set(settings)
    verified = taking.read(settings.records / VERIFIED)
    troubles = list(judged(settings, known, queue, gaps, last, up, trouble, verified))
    return Status(known, queue.segments, queue.age, gaps, last, troubles)


def judged(
    settings: Settings,
    known: list[Place],
    queue: archive.Queue,
    gaps: list[str],
    last: dict[str, Any] | None,
    up: float,
    trouble: str,
    verified: dict[str, Any] | None = None,
) -> list[str]:
    """What is wrong, one sentence each. Pure."""
    wrong = []
    for place in known:
        if place.set_age is not None and place.set_age < -60:
            wrong.append(
                f"{place.name}: the newest backup is {-place.set_age:.0f} s in the future: "
                "the clock jumped"
            )
        elif up > CATCH_UP and (place.set_age is None or place.set_age > settings.max_backup_age):
            told = "none" if place.set_age is None else f"{place.set_age / 3600:.1f} h old"
            wrong.append(
                f"{place.name}: the newest backup is {told}, "
                f"allowed are {settings.max_backup_age / 3600:.0f} h"
            )
        if place.set_taken and not place.label and not place.reachable:
            wrong.append(f"{place.name}: the backups are gone, the last was of {place.set_taken}")
        if place.reachable:
            wrong.append(f"{place.name}: {place.reachable}")
        if verified and place.name in verified["troubles"] and not _renewed(place, verified["at"]):
            wrong.append(
                f"{place.name}: verify of {verified['at']}: {verified['troubles'][place.name]}"
            )
    for name, told in ((last or {}).get("troubles") or {}).items():
        wrong.append(f"{name}: the last backup failed: {told}")
    if queue.age > settings.max_wal_age:
        wrong.append(
            f"WAL waits for {queue.age:.0f} s ({queue.segments} segments): {trouble or 'see logs'}"
        )
    elif "made anew" in trouble:
        wrong.append(trouble)
    if gaps:
        wrong.append(
            f"the archive has a gap from {gaps[0]} on: the queue outgrew its bound; points in time "
            "before the next backup can't be restored from everywhere"
        )
    return wrong


def _renewed(place: Place, since: str) -> bool:
    """Whether the newest backup is based on a full one taken since: its label begins with when."""
    if not place.label:
        return False
    full = datetime.strptime(place.label[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    return full > datetime.fromisoformat(since)


def uptime(started: float) -> float:
    return time.monotonic() - started
