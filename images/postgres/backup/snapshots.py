"""restic: everything of a backup that isn't the database, and the manifest of it all."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import programs
from .settings import SECRETS, Settings, Wrong

# restic's exit codes: its documentation, "Scripting".
NO_REPOSITORY = 10
TIMEOUT = 600.0


@dataclass(frozen=True)
class Snapshot:
    """One snapshot: what it is called and when it was taken (ISO 8601)."""

    id: str
    name: str
    time: str


class Snapshots:
    """One restic repository. `read_only` where the repository can't be written to."""

    def __init__(self, settings: Settings, repository: str, read_only: bool = False) -> None:
        if repository not in settings.snapshots:
            known = ", ".join(settings.snapshots)
            raise Wrong(f"repository {repository!r} is not configured; there is: {known}")
        self._settings, self.repository = settings, repository
        self._lock = ("--no-lock",) if read_only else ()

    def restic(self, *arguments: str, accept: tuple[int, ...] = (0,)) -> str:
        """Run a command of restic. Raises `Wrong`."""
        address = self._settings.snapshots[self.repository]
        options = ["--quiet", "--no-cache", "--retry-lock=2m", *self._lock]
        options += ["--password-file", str(SECRETS / "backup-passphrase"), "--repo", address]
        if self._settings.ca_file:
            options += ["--cacert", self._settings.ca_file]
        environment = {"AWS_SHARED_CREDENTIALS_FILE": str(SECRETS / "s3-credentials")}
        return programs.run(
            ["restic", *options, *arguments],
            timeout=TIMEOUT,
            environment=environment,
            accept=accept,
        )

    def save(self, name: str, kind: str, folder: Path) -> None:
        """Store a folder's content under a name; the repository is made if there is none."""
        tags = f"{kind},name={name}"
        argv = ("backup", "--host", self._settings.stack, "--tag", tags, str(folder))
        try:
            self._unlock()
            self.restic(*argv)
        except Wrong as error:
            if f"(exit {NO_REPOSITORY})" not in str(error):
                raise
            address = self._settings.snapshots[self.repository]
            if address.startswith("/"):
                Path(address).mkdir(parents=True, exist_ok=True)
            self.restic("init")
            self.restic(*argv)

    def _unlock(self) -> None:
        """Take away what a killed restic has left: it would lock out every later one for good."""
        self.restic("unlock")

    def all(self, kind: str) -> list[Snapshot]:
        """Snapshots of a kind, from old to new; none where nothing was ever stored."""
        try:
            text = self.restic("snapshots", "--json", "--tag", kind)
        except Wrong as error:
            if f"(exit {NO_REPOSITORY})" not in str(error):
                raise
            return []
        found = [
            Snapshot(entry["id"], _name(entry), entry["time"]) for entry in json.loads(text) or []
        ]
        return sorted(found, key=lambda snapshot: snapshot.time)

    def read(self, snapshot: Snapshot, path: str) -> str:
        """The text of one file."""
        return self.restic("dump", snapshot.id, path)

    def restore(self, snapshot: Snapshot, folder: str, into: Path) -> None:
        """Put a stored folder's content into another folder."""
        self.restic("restore", f"{snapshot.id}:{folder}", "--target", str(into), "--verify")

    def forget(self, kind: str) -> None:
        """Remove what is older than the days to keep, but never the last ones."""
        keep = f"--keep-within={self._settings.keep_days}d"
        self.restic(
            "forget", "--tag", kind, "--group-by", "host", keep,
            f"--keep-last={self._settings.keep_fulls}", "--prune",
        )  # fmt: skip

    def check(self) -> None:
        """Read all data and compare checksums. Raises `Wrong`."""
        self._unlock()
        self.restic("check", "--read-data")


def _name(entry: dict[str, Any]) -> str:
    names = [tag.removeprefix("name=") for tag in entry.get("tags", []) if tag.startswith("name=")]
    return names[0] if names else ""
