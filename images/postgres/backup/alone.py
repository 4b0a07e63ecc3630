"""One at a time, over every container that has the volume."""

import contextlib
import fcntl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from .settings import Wrong


@contextlib.contextmanager
def alone(file: Path, wait: float, other: str) -> Iterator[None]:
    """Holds the lock of a file; waits seconds for it. Raises `Wrong`, naming the `other`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+") as lock:
        deadline = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    lock.seek(0)
                    since = lock.read() or "just now"
                    raise Wrong(f"{other}, since {since}: this one is left out") from None
                time.sleep(0.5)
        lock.truncate(0)
        lock.write(datetime.now(UTC).isoformat(timespec="seconds"))
        lock.flush()
        yield
