"""The command `backup`, as the schedule, the stack's jobs and the operators' programs call it."""

import argparse
import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from . import drill, manifest, repository, restoring, service, status, streams, taking, wal
from .settings import LOCAL, Settings, Wrong, load
from .snapshots import Snapshots

SESSIONS = "sessions"
SESSIONS_FOLDER = "/sessions"
# Why the sessions were not stored the last time; there is no such file where they were.
NOT_SAVED = Path("/tmp/sessions-not-saved")


def serve(settings: Settings, _: argparse.Namespace) -> int:
    return service.Service(settings).run()


def schedule(_settings: Settings, _: argparse.Namespace) -> int:
    with service.scheduler() as running:
        return running.wait()


def take(settings: Settings, given: argparse.Namespace) -> int:
    taking.take(settings, given.type, given.name, given.wait)
    return 0


def verify(settings: Settings, _: argparse.Namespace) -> int:
    """Read all that is stored; every repository is told about, whatever the others are like."""
    began, wrong = datetime.now(UTC), {}
    for place in settings.repositories:
        try:
            repository.verify(settings, place)
            Snapshots(settings, place).check()
            print(f"{place}: every file is as it was stored", flush=True)
        except Wrong as error:
            wrong[place] = str(error)
            print(f"{place}: {error}", flush=True)
    record = {"at": began.isoformat(timespec="seconds"), "troubles": wrong}
    taking.write(settings.records / status.VERIFIED, record)
    return 1 if wrong else 0


def practise(settings: Settings, given: argparse.Namespace) -> int:
    done = drill.run(settings, given.repository, given.name)
    print(json.dumps(asdict(done) | {"passed": done.passed}), flush=True)
    return 0 if done.passed else 1


def sets(settings: Settings, given: argparse.Namespace) -> int:
    """What can be restored from a repository, as JSON."""
    held = repository.contents(settings, given.repository)
    snapshots = Snapshots(settings, given.repository, read_only=True)
    found = [asdict(snapshot) for snapshot in snapshots.all(taking.SET)]
    try:
        wal_age = time.time() - wal.newest(settings, given.repository).time
    except Wrong:
        wal_age = -1.0
    print(json.dumps({
        "backups": [asdict(backup) for backup in held.backups],
        "wal_max": held.wal_max, "wal_age": round(wal_age, 1), "sets": found,
        "sessions": [asdict(snapshot) for snapshot in snapshots.all(SESSIONS)],
    }), flush=True)  # fmt: skip
    return 0


def restore(settings: Settings, given: argparse.Namespace) -> int:
    """Database to a point, and the streams of the newest set that is not after it."""
    began = time.monotonic()
    place = given.repository
    target = restoring.target(given.at)
    snapshots = Snapshots(settings, place, read_only=True)
    known = snapshots.all(taking.SET)
    held = repository.contents(settings, place)
    if target.kind == "name":
        named = drill.newest(snapshots, target.value)
        told = manifest.read(snapshots.read(named, drill.stored_path(settings, "manifest.json")))
        label = told.backups[place]["label"]
        backup = next((b for b in held.backups if b.label == label), None)
        if backup is None:
            raise Wrong(f"backup {label} of {target.value} is not in repository {place} any more")
        until = told.taken
    else:
        until = target.value[:26] + "+00:00" if target.kind == "time" else ""
        before = datetime.fromisoformat(until).timestamp() if until else time.time() + 1
        lived_on = wal.newest(settings, place).timeline
        backup = restoring.base(held.backups, before, lived_on)
        target = target.along(lived_on)
    data = Path(settings.data)
    restoring.files(settings, place, target, backup, data, restoring.told, archiving=True)
    with restoring.Server(settings, data, archiving=True) as server:
        stopped = server.stopped_at()
        server.settle()
        facts = server.database.facts()
        structures = restoring.checked_structures(server) if given.check else ""
    checksums = restoring.checked_checksums(data) if given.check else ""
    moment = datetime.fromisoformat(until) if until else datetime.now(UTC)
    fitting = [s for s in known if datetime.fromisoformat(s.time[:19] + "+00:00") <= moment]
    if target.kind == "name":
        fitting = [s for s in known if s.name == target.value]
    chosen = fitting[-1] if fitting else None
    if chosen and given.streams:
        into = Path(given.streams)
        into.mkdir(parents=True, exist_ok=True)
        snapshots.restore(chosen, drill.stored_path(settings, "streams"), into)
    print(json.dumps({
        "label": backup.label, "bytes": restoring.size(data), "stopped": stopped,
        "rows": facts["rows"], "extension": facts["extension"], "revision": facts["revision"],
        "streams": chosen.name if chosen else "", "structures": structures, "checksums": checksums,
        "seconds": round(time.monotonic() - began, 1),
    }), flush=True)  # fmt: skip
    return 1 if structures or checksums else 0


def restore_streams(_settings: Settings, given: argparse.Namespace) -> int:
    streams.restore(given.server, Path(given.folder))
    return 0


def save_sessions(settings: Settings, _: argparse.Namespace) -> int:
    name = f"{SESSIONS}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    try:
        for place in settings.snapshots:
            snapshots = Snapshots(settings, place)
            snapshots.save(name, SESSIONS, Path(SESSIONS_FOLDER))
            snapshots.forget(SESSIONS)
    except Wrong as error:
        NOT_SAVED.write_text(str(error))
        raise
    NOT_SAVED.unlink(missing_ok=True)
    return 0


def restore_sessions(settings: Settings, given: argparse.Namespace) -> int:
    snapshots = Snapshots(settings, given.repository, read_only=True)
    found = snapshots.all(SESSIONS)
    if not found:
        raise Wrong(f"repository {given.repository} holds no sessions")
    snapshots.restore(found[-1], SESSIONS_FOLDER, Path(SESSIONS_FOLDER))
    return 0


def show(settings: Settings, _: argparse.Namespace) -> int:
    """The running service's status; without one, what can be told from here."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{service.PORT}/status", timeout=10) as got:
            print(got.read().decode())
    except OSError:
        known = status.places(settings, time.time())
        print(json.dumps(asdict(status.look(settings, known, status.CATCH_UP + 1))))
    return 0


def healthy(_settings: Settings, _: argparse.Namespace) -> int:
    """The probe of the service: its own answer, with what is wrong."""
    return _asked(f"http://127.0.0.1:{service.PORT}/health")


def scheduled(settings: Settings, _: argparse.Namespace) -> int:
    """The probe of a container that only runs a schedule: it answers, and its last job held."""
    if NOT_SAVED.exists():
        print(f"the sessions were not stored: {NOT_SAVED.read_text()}")
        return 1
    last = taking.read(Path(settings.drills) / "records" / f"{LOCAL}.json") or {}
    hostname = Path("/etc/hostname").read_text().strip()
    if last.get("host") == hostname and not last.get("passed", True):
        wrong = {k: v for k, v in last["checks"].items() if v}
        print(f"the last drill failed: {json.dumps(wrong)}")
        return 1
    return _asked(f"http://127.0.0.1:{service.SCHEDULER_PORT}/health")


def _asked(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            print(answer.read().decode())
        return 0
    except urllib.error.HTTPError as error:
        print(error.read().decode())
    except OSError as error:
        print(f"{address}: {error}")
    return 1


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    """The command and what it was given."""
    parser = argparse.ArgumentParser(prog="backup", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: object, help: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help)
        made.set_defaults(run=run)
        return made

    command("serve", serve, "send WAL, keep the schedule, answer /health and /metrics")
    command("schedule", schedule, "only keep the schedule")
    made = command("take", take, "take a backup set")
    made.add_argument("--type", choices=("full", "diff", "incr"), default="incr")
    made.add_argument("--name", help="of the restore point")
    made.add_argument("--wait", type=float, default=0, help="seconds, for one being taken")
    command("verify", verify, "read everything stored and compare checksums")
    made = command("drill", practise, "restore the newest set, check it, throw it away")
    made.add_argument("--repository", default=LOCAL)
    made.add_argument("--name", help="of another set")
    made = command("sets", sets, "what can be restored")
    made.add_argument("--repository", default=LOCAL)
    made = command("restore", restore, "restore into the empty data directory")
    made.add_argument("--repository", default=LOCAL)
    made.add_argument("--at", default="latest")
    made.add_argument("--streams", default="", help="folder for the streams' snapshot")
    made.add_argument("--check", action="store_true", help="pg_amcheck and checksums too")
    made = command("restore-streams", restore_streams, "put streams into an empty server")
    made.add_argument("--server", required=True)
    made.add_argument("folder")
    command("save-sessions", save_sessions, "store the bot's sessions")
    made = command("restore-sessions", restore_sessions, "bring the bot's sessions back")
    made.add_argument("--repository", default=LOCAL)
    command("status", show, "how the backups are, as JSON")
    command("healthy", healthy, "the probe of `serve`")
    command("scheduled", scheduled, "the probe of `schedule`")
    return parser.parse_args(argv)


def main() -> int:
    given = arguments(sys.argv[1:])
    try:
        code: int = given.run(load(), given)
    except Wrong as error:
        print(f"backup: {error}", file=sys.stderr)
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
