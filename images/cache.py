"""The directory of what is costly to get and safe to lose; one build at a time works in it."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def directory() -> Path:
    """`TASK_TRACKER_CACHE`, or `task-tracker` in the user's own cache directory."""
    given = os.environ.get("TASK_TRACKER_CACHE")
    if given:
        return Path(given)
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "task-tracker"


@contextmanager
def locked(waiting: Callable[[], None]) -> Iterator[None]:
    """Holds the one build lock; calls `waiting` once if another build has it. Freed by the kernel
    when the process ends, however it ends."""
    path = directory() / "images" / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
