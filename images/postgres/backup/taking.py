"""Takes one backup set: database, streams, and the manifest of both, in every repository."""

import json
import os
import shutil
import time
import urllib.request
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import archive, repository, streams
from .alone import alone
from .database import Database
from .manifest import Manifest
from .settings import Settings, Wrong
from .snapshots import Snapshots

SET = "set"
MARKERS = "postgres"  # the database that holds the markers: the application's own stays untouched
ARCHIVED_WITHIN = 120.0


def take(settings: Settings, kind: str, name: str | None, wait: float) -> Manifest:
    """Take a set; `wait` is how long to wait for one that is being taken. Raises `Wrong`.

    A repository out of reach doesn't keep the others from theirs; the record says so.
    """
    with alone(settings.locks / "taking", wait, "another backup is being taken"):
        started = time.time()
        taken = datetime.now(UTC)
        name = name or f"set-{taken:%Y%m%d-%H%M%S}"
        _not_before_the_last(settings, taken)
        try:
            repository.create(settings)
        except Wrong as error:
            if "made anew" in str(error):
                raise
            # What keeps one repository from it is told when the backup comes to it.
        backups: dict[str, dict[str, Any]] = {}
        troubles: dict[str, str] = {}
        for place in settings.repositories:
            try:
                # A backup waits for its own WAL, which needs somebody who sends it.
                backups[place] = asdict(repository.take(settings, place, kind))
                print(f"{place}: {_told(backups[place])}", flush=True)
            except Wrong as error:
                troubles[place] = str(error)
                print(f"{place}: {error}", flush=True)
        if not backups:
            raise Wrong("no repository took the backup: " + "; ".join(troubles.values()))
        work = Path(settings.volume) / "work"
        folder = work / SET
        shutil.rmtree(work, ignore_errors=True)
        folder.mkdir(parents=True)
        # Streams first: what they hold is then in the database at the restore point.
        held = streams.save(settings.nats, folder / "streams") if settings.nats else {}
        manifest = _mark(settings, name, taken, held, backups)
        (folder / "manifest.json").write_text(manifest.text())
        # A set is whole or it is not there: a restore to its name needs the database's part.
        for place in (place for place in settings.snapshots if place in backups):
            try:
                _wait_for_archive(settings, place, manifest.segment)
                snapshots = Snapshots(settings, place)
                snapshots.save(name, SET, folder)
                snapshots.forget(SET)
            except Wrong as error:
                troubles.setdefault(place, str(error))
                print(f"{place}: {error}", flush=True)
        shutil.rmtree(work, ignore_errors=True)
        complete = [place for place in settings.repositories if place not in troubles]
        _record(settings, manifest, complete, troubles, time.time() - started)
        if not complete:
            raise Wrong("no repository holds the whole set: " + "; ".join(troubles.values()))
        print(f"restore point {name} at {manifest.lsn}, in {' and '.join(complete)}", flush=True)
        return manifest


def _told(backup: dict[str, Any]) -> str:
    size, stored = backup["size"] / 1e6, backup["stored"] / 1e6
    damaged = "; A PAGE FAILED ITS CHECKSUM" if backup["damaged"] else ""
    return f"{backup['kind']} {backup['label']}, {size:.1f} MB, {stored:.1f} MB new{damaged}"


def _not_before_the_last(settings: Settings, now: datetime) -> None:
    """A clock set back would label backups older than they are. Raises `Wrong`."""
    last = last_set(settings)
    if last and datetime.fromisoformat(last["taken"]) > now:
        raise Wrong(
            f"the clock says {now:%Y-%m-%d %H:%M:%S}, the last backup is of {last['taken']}: it was"
            " set back. Set the clock right; nothing was taken and nothing removed"
        )


def _mark(
    settings: Settings, name: str, taken: datetime, held: dict[str, Any], backups: dict[str, Any]
) -> Manifest:
    """A restore point between two rows, and what the database holds on both its sides."""
    database = Database(settings)
    literal = "'" + name.replace("'", "''") + "'"
    # A point of that name may be there: a release that is deployed again is restored to its last.
    database.text(f"DELETE FROM backup.markers WHERE name = {literal}", MARKERS)
    insert = f"INSERT INTO backup.markers (name, side) VALUES ({literal}, '%s')"
    facts = [database.facts()]
    database.text(insert % "before", MARKERS)
    lsn = database.text(f"SELECT pg_create_restore_point({literal})", MARKERS)
    database.text(insert % "after", MARKERS)
    facts.append(database.facts())
    segment = database.text(f"SELECT pg_walfile_name('{lsn}')", MARKERS)
    database.text("SELECT pg_switch_wal()", MARKERS)
    database.text("DELETE FROM backup.markers WHERE at < now() - interval '30 days'", MARKERS)
    return Manifest(
        name=name,
        taken=taken.isoformat(timespec="seconds"),
        stack=settings.stack,
        release=release(settings),
        lsn=lsn,
        segment=segment,
        facts=facts,
        streams=held,
        backups=backups,
    )


def release(settings: Settings) -> str:
    """The release that runs, as the api tells it."""
    told = os.environ.get("RELEASE")
    if told or not settings.api:
        return told or "unknown"
    try:
        with urllib.request.urlopen(f"{settings.api}/health", timeout=5) as answer:
            return str(json.load(answer).get("release", "unknown"))
    except (OSError, ValueError):
        return "unknown"


def _wait_for_archive(settings: Settings, place: str, segment: str) -> None:
    """Wait until a repository holds a WAL segment. Raises `Wrong` with what keeps it."""
    deadline = time.monotonic() + ARCHIVED_WITHIN
    while True:
        held = repository.contents(settings, place).wal_max
        if held >= segment:
            return
        if time.monotonic() >= deadline:
            raise Wrong(
                f"repository {place} has WAL up to {held or 'nowhere'}, not the restore point's "
                f"{segment}, after {ARCHIVED_WITHIN:.0f} s; "
                f"{archive.waiting(settings).segments} segments wait"
            )
        time.sleep(0.5)


def _record(
    settings: Settings,
    manifest: Manifest,
    complete: list[str],
    troubles: dict[str, str],
    seconds: float,
) -> None:
    last = last_set(settings)
    places = dict((last or {}).get("places", {}))
    places.update({place: manifest.taken for place in complete})
    record = {
        "name": manifest.name,
        "taken": manifest.taken,
        "release": manifest.release,
        "lsn": manifest.lsn,
        "seconds": round(seconds, 1),
        "places": places,
        "troubles": troubles,
        "backups": manifest.backups,
        "streams": {k: v["messages"] for k, v in manifest.streams.items()},
    }
    write(settings.records / "last.json", record)


def last_set(settings: Settings) -> dict[str, Any] | None:
    """The record of the last set; None before the first."""
    return read(settings.records / "last.json")


def read(file: Path) -> dict[str, Any] | None:
    """A record; None if there is none, or none that can be read."""
    try:
        found: dict[str, Any] = json.loads(file.read_text())
    except (OSError, ValueError):
        return None
    return found


def write(file: Path, record: dict[str, Any]) -> None:
    """Write a record whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps(record, indent=2) + "\n")
    beside.replace(file)
