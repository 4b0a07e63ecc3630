"""What this program is told: /etc/backup/backup.json, written by the stack's own program."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

FILE = Path("/etc/backup/backup.json")
SECRETS = Path("/run/secrets")

LOCAL = "local"
OFFSITE = "offsite"


class Wrong(Exception):
    """Something failed; the text names it, its cause and what to do."""


@dataclass(frozen=True)
class Settings:
    """One stack's backups. Paths are the container's own; ages in seconds, sizes in bytes."""

    stack: str
    stanza: str
    database: str
    data: str
    repositories: Mapping[str, int]  # name: pgBackRest's number of it
    snapshots: Mapping[str, str]  # name: restic's address of it
    nats: str | None
    api: str | None
    keep_days: int
    keep_fulls: int
    max_backup_age: int
    max_wal_age: int
    ca_file: str | None = None
    look_every: float = 30  # at the repositories, which cost by the request
    volume: str = "/var/lib/pgbackrest"
    spool: str = "/var/spool/pgbackrest"
    drills: str = "/var/lib/drill"

    @property
    def wal(self) -> Path:
        return Path(self.data) / "pg_wal"

    @property
    def records(self) -> Path:
        return Path(self.volume) / "records"

    @property
    def locks(self) -> Path:
        return Path(self.volume) / "locks"

    def number(self, repository: str) -> int:
        """pgBackRest's number of a repository. Raises `Wrong` for one that isn't configured."""
        if repository not in self.repositories:
            known = ", ".join(self.repositories)
            raise Wrong(f"repository {repository!r} is not configured; there is: {known}")
        return self.repositories[repository]


def load(file: Path = FILE) -> Settings:
    """Read the settings. Raises `Wrong`, naming what is missing or unknown."""
    try:
        found = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise Wrong(f"{file}: not readable as JSON ({error}); it is mounted by the stack") from None
    known = {field.name for field in fields(Settings)}
    unknown = sorted(set(found) - known)
    if unknown:
        raise Wrong(f"{file}: nothing reads {', '.join(unknown)}; image and stack are of two ages")
    try:
        return Settings(**found)
    except TypeError as error:
        raise Wrong(f"{file}: {error}") from None
