"""Has the database archive on time, also after a crash.

PostgreSQL 18 ends the recovery from a crash with a checkpoint. Its checkpointer goes back to sleep
before that recovery counts as over, when `archive_timeout` does not count yet, and so sleeps until
`checkpoint_timeout` (5 min): all that while no segment that isn't full is archived, as seen in two
of three starts. A checkpoint wakes it, and it looks at both times again.
"""

import threading
from pathlib import Path

from .database import Database
from .settings import Settings, Wrong

LOOK_EVERY = 1.0
# The line of postmaster.pid that tells what the server does (miscadmin.h, LOCK_FILE_LINE_*).
STATE = 7


def ready_since(data: Path) -> int | None:
    """When the server began to take statements, in nanoseconds; None when it takes none now.

    The server writes its state into the file at each change, also when it restarts itself.
    """
    file = data / "postmaster.pid"
    try:
        since = file.stat().st_mtime_ns
        lines = file.read_text().splitlines()
    except OSError:  # it is stopped
        return None
    return since if len(lines) > STATE and lines[STATE].strip() == "ready" else None


class Waker:
    """Has a server make a checkpoint each time it is ready anew."""

    def __init__(self, settings: Settings, stop: threading.Event) -> None:
        self._settings, self._stopping = settings, stop
        self._woken: int | None = None

    def run(self) -> None:
        while not self._stopping.wait(LOOK_EVERY):
            self.look()

    def look(self) -> None:
        """Wake the server if it was not since it is ready; the next look tries again."""
        since = ready_since(Path(self._settings.data))
        if since is None or since == self._woken:
            return
        try:
            Database(self._settings).text("CHECKPOINT", "postgres")
        except Wrong as error:
            print(f"checkpoint: {error}", flush=True)
        else:
            self._woken = since
