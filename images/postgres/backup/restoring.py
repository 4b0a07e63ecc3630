"""Restores the database into an empty directory and brings it to a point, on no address."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from . import programs, repository
from .database import Database
from .repository import Backup
from .settings import Settings, Wrong

SUPERUSER = "postgres"
RECOVERY_WITHIN = 24 * programs.HOUR


@dataclass(frozen=True)
class Target:
    """Where to stop. `kind` is pgBackRest's: default (the end), time, or name (a restore point).

    A point is on the time line of the backup it belongs to; for the others there is `along`.
    """

    kind: str
    value: str = ""
    timeline: str = "current"

    def along(self, timeline: int) -> "Target":
        """The same on a time line, whatever other lines the archive has."""
        return replace(self, timeline=str(timeline))

    @property
    def told(self) -> str:
        return {"default": "the latest", "time": self.value}.get(self.kind, f"point {self.value}")


def target(at: str) -> Target:
    """`latest`, a time with or without a zone (then UTC), else the name of a restore point."""
    if at in ("", "latest"):
        return Target("default")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return Target("name", at)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return Target("time", moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00"))


def base(backups: Sequence[Backup], before: float, timeline: int) -> Backup:
    """The newest backup that ended before a moment, of a time line or of one before it.

    Raises `Wrong`.
    """
    backups = [backup for backup in backups if backup.timeline <= timeline]
    ended = [backup for backup in backups if backup.stopped <= before]
    if not ended:
        oldest = datetime.fromtimestamp(backups[0].stopped, UTC) if backups else None
        raise Wrong(
            f"no backup ended before {datetime.fromtimestamp(before, UTC):%Y-%m-%d %H:%M:%S} UTC; "
            + (f"the oldest is of {oldest:%Y-%m-%d %H:%M:%S} UTC" if oldest else "there is none")
        )
    return ended[-1]


def files(
    settings: Settings,
    place: str,
    target: Target,
    backup: Backup,
    into: Path,
    show: Callable[[int, int], None],
    archiving: bool,
) -> None:
    """Restore a backup's files and have the server recover from them to the target."""
    into.mkdir(parents=True, exist_ok=True)
    into.chmod(0o700)
    if any(into.iterdir()):
        raise Wrong(f"{into} is not empty: a restore only goes beside what is there")
    arguments = [f"--repo={settings.number(place)}", f"--pg1-path={into}", f"--set={backup.label}"]
    # The lock is of this container alone: it does not touch what others restore or back up.
    alone = "--lock-path=/tmp/pgbackrest"
    fetch = f"pgbackrest --stanza={settings.stanza} {arguments[0]} {arguments[1]} {alone}"
    fetch += ' --no-archive-async --log-level-stderr=off archive-get %f "%p"'
    arguments += [
        f"--type={target.kind}",
        f"--target-timeline={target.timeline}",
        alone,
        f"--recovery-option=restore_command={fetch}",
    ]
    if target.kind != "default":
        arguments += [f"--target={target.value}", "--target-action=promote"]
    if not archiving:
        arguments += ["--archive-mode=off"]
    with _progress(into, backup.size, show):
        repository.pgbackrest(settings, *arguments, "restore")
    show(backup.size, backup.size)


@contextlib.contextmanager
def _progress(into: Path, total: int, show: Callable[[int, int], None]) -> Iterator[None]:
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.5):
            show(min(size(into), total), total)

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield
    finally:
        done.set()
        looking.join()


def size(folder: Path) -> int:
    """Bytes of the files below a folder that grows while it is read."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(root, name)).st_size
    return total


class Server:
    """The restored server, on a socket in a folder of its own and on no address."""

    def __init__(self, settings: Settings, data: Path, archiving: bool) -> None:
        self.data = data
        self._settings, self._archiving = settings, archiving
        self.sockets = Path(tempfile.mkdtemp(prefix="restore-", dir="/tmp"))
        self.log = self.sockets / "log"
        self.database = Database(settings, str(self.sockets), SUPERUSER)

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.sockets, ignore_errors=True)

    def start(self) -> None:
        """Recover to the target and accept connections. Raises `Wrong` with the server's words."""
        rules, names = self.sockets / "pg_hba.conf", self.sockets / "pg_ident.conf"
        rules.write_text("local all postgres peer\n")
        names.write_text("")
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "hba_file": str(rules),
            "ident_file": str(names),
            # A standby would have to be as large as the server that was backed up.
            "hot_standby": "off",
            "shared_buffers": "64MB",
            "logging_collector": "off",
            "archive_mode": "on" if self._archiving else "off",
            # Nothing yet takes what it writes; it waits for the server that will.
            "archive_command": "",
        }
        words = " ".join(f"-c {key}='{value}'" for key, value in options.items())
        argv = ["pg_ctl", "-D", str(self.data), "-l", str(self.log), "-w", "-o", words]
        try:
            programs.run([*argv, "-t", str(RECOVERY_WITHIN), "start"], timeout=RECOVERY_WITHIN)
        except Wrong:
            raise Wrong(f"the restored server did not start: {self.words()}") from None
        self._wait_until_recovered()

    def _wait_until_recovered(self) -> None:
        deadline = time.monotonic() + RECOVERY_WITHIN
        while (self.data / "postmaster.pid").exists():
            with contextlib.suppress(Wrong):
                if self.database.text("SELECT pg_is_in_recovery()", SUPERUSER, 60) == "f":
                    return
            if time.monotonic() > deadline:
                raise Wrong(f"recovery did not end in {RECOVERY_WITHIN} s: {self.words()}")
            time.sleep(0.2)
        raise Wrong(f"recovery failed: {self.words()}")

    def stop(self) -> None:
        with contextlib.suppress(Wrong):
            programs.run(["pg_ctl", "-D", str(self.data), "-w", "-m", "fast", "stop"], timeout=600)

    def words(self) -> str:
        """What the server's log says went wrong."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        bad = [x for x in lines if re.search(r"FATAL|PANIC|ERROR|could not|unable", x)]
        return " | ".join(line.partition("  ")[2] or line for line in (bad or lines)[-4:])

    def stopped_at(self) -> str:
        """Where recovery ended, as the server logged it."""
        lines = self.log.read_text(errors="replace").splitlines()
        told = [line.partition("LOG:  ")[2] for line in lines]
        stops = [line for line in told if line.startswith("recovery stopping")]
        last = [line for line in told if line.startswith("last completed transaction")]
        return "; ".join([*stops[-1:], *last[-1:]]) or "the end of the archive"

    def settle(self) -> None:
        """Forget the way of the recovery: the next start is an ordinary one."""
        for name in (
            "restore_command", "recovery_target", "recovery_target_time", "recovery_target_name",
            "recovery_target_lsn", "recovery_target_xid", "recovery_target_action",
            "recovery_target_timeline", "recovery_target_inclusive", "archive_mode",
        ):  # fmt: skip
            self.database.text(f"ALTER SYSTEM RESET {name}", SUPERUSER)


def checked_checksums(data: Path) -> str:
    """What `pg_checksums` finds wrong in a stopped cluster; empty if nothing."""
    try:
        programs.run(["pg_checksums", "--check", "-D", str(data)])
    except Wrong as error:
        return str(error)
    return ""


def checked_structures(server: Server) -> str:
    """What `pg_amcheck` finds wrong in tables and indexes of every database; empty if nothing."""
    argv = ["pg_amcheck", "--all", "--install-missing", "--heapallindexed", "--jobs=2"]
    argv += ["-h", str(server.sockets), "-U", SUPERUSER, "--no-password"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=RECOVERY_WITHIN)
    if done.returncode == 0:
        return ""
    # One that the engine killed for its memory has said nothing, and that is no "all holds".
    ended = f"pg_amcheck ended with {done.returncode}"
    return " ".join((done.stdout or done.stderr).split())[:600] or ended


def told(done: int, total: int) -> None:
    """Progress as a line of JSON, for whoever draws it."""
    print(json.dumps({"done": done, "total": total}), flush=True)
