"""Restores the newest backup for nobody's use and checks that it is all there.

Each check has a name and, if it fails, a reason. The rest run on even then: what else is broken is
worth knowing too.
"""

import shutil
import socket
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from . import manifest as manifests
from . import repository, restoring, taking, wal
from . import streams as streaming
from .alone import alone
from .manifest import Manifest
from .settings import Settings, Wrong
from .snapshots import Snapshot, Snapshots

CHECKS = (
    "restore", "marker", "extension", "revision", "rows", "vector", "structures", "streams",
    "checksums",
)  # fmt: skip
NOT_REACHED = "not reached"


@dataclass(frozen=True)
class Drill:
    """One drill. `seconds` is the time to recover (RTO), `data_age` what was not yet in the
    repository, in seconds (RPO); `checks` holds an empty text for each that held."""

    repository: str
    name: str
    label: str
    started: str
    seconds: float
    data_age: float
    bytes: int
    checks: dict[str, str]
    host: str

    @property
    def passed(self) -> bool:
        return all(self.checks.get(check) == "" for check in CHECKS)


def run(settings: Settings, place: str, name: str | None) -> Drill:
    """Restore, check, clean up. Raises `Wrong` if nothing can be restored; that is on record."""
    settings.number(place)
    folder = Path(settings.drills)
    with alone(folder / "lock", 0, "another drill is under way"):
        started = datetime.now(UTC)
        try:
            drill = _restored_and_checked(settings, place, name, started)
        except Wrong as error:
            checks = dict.fromkeys(CHECKS, NOT_REACHED) | {"restore": str(error)}
            _record(folder, Drill(
                place, name or "", "", started.isoformat(timespec="seconds"), 0.0, -1.0, 0, checks,
                socket.gethostname(),
            ))  # fmt: skip
            raise
        _record(folder, drill)
        return drill


def _record(folder: Path, drill: Drill) -> None:
    record = asdict(drill) | {"passed": drill.passed}
    taking.write(folder / "records" / f"{drill.repository}.json", record)
    if drill.passed:
        taking.write(folder / "records" / f"{drill.repository}-proven.json", record)


def _restored_and_checked(
    settings: Settings, place: str, name: str | None, started: datetime
) -> Drill:
    began = time.monotonic()
    # Asked first: for a bucket that is away restic waits ten minutes.
    held = repository.contents(settings, place)
    snapshots = Snapshots(settings, place, read_only=True)
    found = newest(snapshots, name)
    manifest = manifests.read(snapshots.read(found, stored_path(settings, "manifest.json")))
    if place not in manifest.backups:
        raise Wrong(f"set {manifest.name} has no backup of the database in repository {place}")
    label = str(manifest.backups[place]["label"])
    checks = dict.fromkeys(CHECKS, NOT_REACHED)
    seconds, size = 0.0, 0
    folder = Path(settings.drills)
    data, streams = folder / "data", folder / "streams"
    for old in (data, streams):
        shutil.rmtree(old, ignore_errors=True)
    try:
        backup = next((b for b in held.backups if b.label == label), None)
        if backup is None:
            raise Wrong(f"backup {label} of the set is not in repository {place} any more")
        point = restoring.Target("name", manifest.name)
        restoring.files(settings, place, point, backup, data, restoring.told, archiving=False)
        with restoring.Server(settings, data, archiving=False) as server:
            seconds, size = time.monotonic() - began, restoring.size(data)
            checks["restore"] = ""
            checks["marker"] = _tried(lambda: marker(server, manifest))
            try:
                checks |= manifests.differences(manifest, server.database.facts())
            except Wrong as error:
                checks |= {key: str(error) for key in ("extension", "revision", "rows", "vector")}
            checks["structures"] = _tried(lambda: restoring.checked_structures(server))
        checks["checksums"] = _tried(lambda: restoring.checked_checksums(data))
    except Wrong as error:
        checks["restore"] = str(error)
    checks["streams"] = _tried(lambda: _streams(settings, snapshots, found, manifest, streams))
    for old in (data, streams):
        shutil.rmtree(old, ignore_errors=True)
    return Drill(
        repository=place,
        name=manifest.name,
        label=label,
        started=started.isoformat(timespec="seconds"),
        seconds=round(seconds, 1),
        data_age=round(max(time.time() - wal.newest(settings, place).time, 0.0), 1),
        bytes=size,
        checks=checks,
        host=socket.gethostname(),
    )


def newest(snapshots: Snapshots, name: str | None) -> Snapshot:
    """The newest set, or the newest of a name. Raises `Wrong`."""
    found = [s for s in snapshots.all(taking.SET) if name in (None, s.name)]
    if not found:
        raise Wrong(
            f"repository {snapshots.repository} holds no backup set"
            + (f" named {name}" if name else "; take one: backup take")
        )
    return found[-1]


def marker(server: restoring.Server, manifest: Manifest) -> str:
    """Whether recovery stopped at its point: what came before is there, what came after isn't."""
    literal = manifest.name.replace("'", "''")
    sides = server.database.text(
        f"SELECT string_agg(side, ',' ORDER BY side) FROM backup.markers WHERE name = '{literal}'",
        taking.MARKERS,
    )
    if sides == "before":
        return ""
    return f"recovered to another point than {manifest.name}: its marks are {sides or 'missing'}"


def stored_path(settings: Settings, name: str) -> str:
    return str(Path(settings.volume) / "work" / taking.SET / name)


def _streams(
    settings: Settings, snapshots: Snapshots, found: Snapshot, manifest: Manifest,
    into: Path,
) -> str:  # fmt: skip
    """Whether every stream's snapshot is as it was taken."""
    if not manifest.streams:
        return ""
    into.mkdir(parents=True)
    snapshots.restore(found, stored_path(settings, "streams"), into)
    wrong = streaming.differing(into, manifest.streams)
    return f"not as it was stored: {', '.join(wrong)}" if wrong else ""


def _tried(check: Callable[[], str]) -> str:
    try:
        return check()
    except Wrong as error:
        return str(error)
