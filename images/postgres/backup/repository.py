"""pgBackRest: the database's repositories and what is in them."""

import json
import time
from dataclasses import dataclass
from typing import Any

from . import programs
from .settings import Settings, Wrong

DAY = 24 * programs.HOUR
CREATED_WITHIN = 300.0  # what a repository that is away may cost


class Locked(Wrong):
    """Another pgBackRest is at work, with which this one can't be at the same time."""


@dataclass(frozen=True)
class Backup:
    """One backup of the database: times in seconds since 1970, sizes in bytes."""

    label: str
    kind: str
    started: int
    stopped: int
    size: int  # of the database
    stored: int  # what this backup added to the repository
    wal_start: str
    wal_stop: str
    lsn: str
    damaged: bool  # a page failed its checksum while it was read

    @property
    def timeline(self) -> int:
        """The time line of the database that it is of."""
        return int(self.wal_start[:8], 16)


@dataclass(frozen=True)
class Contents:
    """What a repository holds: backups from old to new, and the archived WAL's ends."""

    backups: tuple[Backup, ...]
    wal_min: str
    wal_max: str

    @property
    def newest(self) -> Backup | None:
        return self.backups[-1] if self.backups else None


def pgbackrest(settings: Settings, *arguments: str, timeout: float = 24 * programs.HOUR) -> str:
    """Run a command of pgBackRest. Raises `Wrong`."""
    quiet = ("--log-level-console=off", "--log-level-stderr=error")
    command = ["pgbackrest", f"--stanza={settings.stanza}", *quiet, *arguments]
    try:
        return programs.run(command, timeout=timeout)
    except Wrong as error:
        # LockAcquireError, pgBackRest's src/build/error/error.yaml
        raise Locked(str(error)) if str(error).endswith("(exit 50)") else error from None


def _pgbackrest_once_free(settings: Settings, *arguments: str) -> str:
    """The same, waiting for the stanza to be made by the service that starts. Raises `Wrong`."""
    deadline = time.monotonic() + CREATED_WITHIN
    while True:
        try:
            return pgbackrest(settings, *arguments)
        except Locked:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def create(settings: Settings) -> None:
    """Make the stanza in every repository; one that is there already is checked.

    Raises `Wrong`, for a database other than the one the backups are of with what to do, and
    `Locked` while a backup is taken.
    """
    try:
        pgbackrest(settings, "stanza-create", timeout=CREATED_WITHIN)
    except Wrong as error:
        if "do not match the database" in str(error):
            raise Wrong(
                "the database is not the one these backups are of: it was made anew. Restore it "
                "with `make restore`, or move the old backups away; nothing was overwritten"
            ) from None
        raise


def contents(settings: Settings, repository: str, timeout: float = 120) -> Contents:
    """What a repository holds. Raises `Wrong` if it can't be read."""
    number = settings.number(repository)
    text = pgbackrest(settings, f"--repo={number}", "--output=json", "info", timeout=timeout)
    return read(text, settings.stanza)


def read(text: str, stanza: str) -> Contents:
    """What `info` tells of one repository. Raises `Wrong` with the repository's own trouble."""
    try:
        # What a wrong key made of a file is quoted in its message, control characters and all.
        info = json.loads(text, strict=False)
    except ValueError as error:
        raise Wrong(f"pgbackrest: told of the repository what can't be read ({error})") from None
    for found in info:
        if found["name"] != stanza:
            continue
        for repository in found.get("repo", []):
            status = repository["status"]
            # 0 ok, 1 no stanza yet, 2 no backups yet (pgBackRest's info: status codes)
            if status["code"] not in (0, 1, 2):
                raise Wrong(f"repository {repository['key']}: {_in_one_line(status['message'])}")
        archives = [a for a in found.get("archive", []) if a.get("max")]
        return Contents(
            tuple(_backup(entry) for entry in found.get("backup", [])),
            archives[-1]["min"] if archives else "",
            archives[-1]["max"] if archives else "",
        )
    return Contents((), "", "")


def _in_one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _backup(entry: dict[str, Any]) -> Backup:
    sizes = entry["info"]
    return Backup(
        label=entry["label"],
        kind=entry["type"],
        started=entry["timestamp"]["start"],
        stopped=entry["timestamp"]["stop"],
        size=sizes["size"],
        stored=sizes["repository"]["delta"],
        wal_start=entry["archive"]["start"],
        wal_stop=entry["archive"]["stop"],
        lsn=entry["lsn"]["stop"],
        damaged=bool(entry.get("error")),
    )


def take(settings: Settings, repository: str, kind: str) -> Backup:
    """Take a backup (full, diff or incr) into one repository. Raises `Wrong`."""
    number = settings.number(repository)
    _pgbackrest_once_free(settings, f"--repo={number}", f"--type={kind}", "backup")
    expire(settings, repository)
    newest = contents(settings, repository).newest
    if newest is None:
        raise Wrong(f"repository {repository}: a backup ended well and isn't there")
    return newest


def expire(settings: Settings, repository: str) -> None:
    """Remove what is older than the days to keep; the newest full ones stay. Raises `Wrong`."""
    number = settings.number(repository)
    kind, kept = retention(settings, contents(settings, repository), time.time())
    option = f"--repo{number}-retention-full"
    kept_ones = (f"{option}-type={kind}", f"{option}={kept}")
    _pgbackrest_once_free(settings, f"--repo={number}", *kept_ones, "expire")


def retention(settings: Settings, held: Contents, now: float) -> tuple[str, int]:
    """What pgBackRest is to keep: full backups of so many days, or so many of them.

    By days it keeps one that is older beside them; where a schedule took none for a while, that
    would be the only one.
    """
    since = now - settings.keep_days * DAY
    young = [b for b in held.backups if b.kind == "full" and b.stopped > since]
    if len(young) + 1 < settings.keep_fulls:
        return "count", settings.keep_fulls
    return "time", settings.keep_days


def verify(settings: Settings, repository: str) -> str:
    """Read every file of a repository and compare checksums. Raises `Wrong` naming what differs."""
    number = settings.number(repository)
    text = pgbackrest(settings, f"--repo={number}", "--output=text", "--verbose", "verify")
    if "status: error" in text:
        bad = [line.strip() for line in text.splitlines() if not _fine(line)]
        raise Wrong(f"repository {repository}: {'; '.join(bad) or 'verify found errors'}")
    return text.strip()


def _fine(line: str) -> bool:
    line = line.strip()
    counts = ("missing: 0", "checksum invalid: 0", "size invalid: 0", "other: 0")
    heads = ("stanza:", "status: ok", "archiveId:", "backup:", "total WAL", "total files")
    return not line or line.startswith(heads) or all(c in line for c in counts[:1])
