"""Where prepared tools live: outside any clone, so that clones share them."""

import fcntl
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from toolchain.failure import Failure
from toolchain.progress import Meter

NAME = "task-tracker"


@dataclass(frozen=True)
class Cache:
    """One user's cache of prepared tools."""

    root: Path

    def tool(self, kind: str, key: str) -> Path:
        """The folder of one finished tool. It exists only when it is whole."""
        return self.root / kind / key

    def unfinished(self, kind: str, key: str) -> Path:
        """Where that tool is put together, beside where it goes, to be renamed at the end."""
        return self.root / kind / f".{key}.unfinished"

    def log(self, name: str) -> Path:
        """The log of a step."""
        return self.root / "log" / f"{name}.log"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the cache alone; a second run waits here and says for whom.

        Raises Failure when the cache cannot be written.
        """
        path = self.root / "lock"
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            file = path.open("a+")
        except OSError as error:
            raise Failure(
                "cache",
                f"{self.root} cannot be written: {error.strerror}",
                "make it writable, or name another folder in TASK_TRACKER_CACHE",
            ) from error
        with file:
            wait(file.fileno(), path)
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield


def wait(descriptor: int, path: Path) -> None:
    """Take the lock; the kernel gives it up for a process that dies."""
    meter = None
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if meter is None:
                holder = path.read_text().strip() or "unknown"
                meter = Meter("cache", f"waiting for another run (process {holder})")
            meter.beat()
            time.sleep(0.2)
        else:
            if meter is not None:
                meter.end("free now")
            return


def locate(env: Mapping[str, str]) -> Cache:
    """The cache that TASK_TRACKER_CACHE names, else the user's own cache folder's part."""
    if chosen := env.get("TASK_TRACKER_CACHE"):
        return Cache(Path(chosen).expanduser().absolute())
    home = Path(env.get("HOME") or Path.home())
    base = Path(env.get("XDG_CACHE_HOME") or home / ".cache")
    return Cache(base / NAME)
