"""Who holds a stack: Pulumi's lock of a state that is kept in files."""

import os
import socket
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict


class Lock(BaseModel):
    """The process that holds a stack, as it has signed (pulumi: backend/diy/lock.go)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    pid: int
    username: str
    hostname: str
    timestamp: datetime

    def __str__(self) -> str:
        since = self.timestamp.strftime("%Y-%m-%d %H:%M:%S")
        return f"{self.username}@{self.hostname}, process {self.pid}, since {since}"

    @property
    def here(self) -> bool:
        """Whether it was taken on this machine, so that its process can be looked for."""
        return self.hostname == socket.gethostname()

    @property
    def stale(self) -> bool:
        """Whether its process is gone; one of another machine never counts as gone."""
        return self.here and not runs_pulumi(self.pid)


def read(backend: str, project: str, stack: str) -> tuple[Lock, ...]:
    """The locks of a stack. `backend` is the URL of the state; only files can be read here.

    A lock that vanishes meanwhile is none.
    """
    url = urlsplit(backend)
    if url.scheme != "file":
        return ()
    root = Path(unquote(f"{url.netloc}{url.path}")).expanduser()
    folder = root / ".pulumi" / "locks" / "organization" / project / stack
    return tuple(sorted(_read(folder.glob("*.json")), key=lambda lock: lock.timestamp))


def _read(files: Iterable[Path]) -> Iterable[Lock]:
    for file in files:
        try:
            yield Lock.model_validate_json(file.read_text())
        except FileNotFoundError:
            continue


def runs_pulumi(pid: int) -> bool:
    """Whether a process is there and is Pulumi, not another one that was given the number since.

    Where the system doesn't tell what a process is, any process of that number counts.
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    command = Path(f"/proc/{pid}/cmdline")
    try:
        # Empty: it has ended, and waits for whoever started it to notice.
        return b"pulumi" in command.read_bytes() if command.parent.exists() else True
    except (FileNotFoundError, ProcessLookupError):
        return False
