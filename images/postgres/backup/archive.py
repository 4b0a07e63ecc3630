"""Sends finished WAL segments to every repository, from here and not from the database's place.

The database's archive_command is pgBackRest's own, which waits until a segment is marked as sent.
It holds no key and reaches no repository: this process, with both, does the sending
(`archive-push:async`, what pgBackRest would start beside the database).
"""

import threading
import time
from dataclasses import dataclass
from pathlib import Path

from . import repository
from .settings import Settings, Wrong

LOOK_EVERY = 0.3  # seconds; the archive command looks about as often
RETRY_AFTER = 5.0
SEGMENT = 16 * 1024 * 1024


@dataclass(frozen=True)
class Queue:
    """WAL that waits: how many segments, and for how many seconds the first of them."""

    segments: int
    age: float

    @property
    def size(self) -> int:
        return self.segments * SEGMENT


def waiting(settings: Settings, now: float | None = None) -> Queue:
    """The WAL segments that are finished and not in every repository."""
    ready = _ready(settings)
    ages = [entry.stat().st_mtime for entry in ready.values() if entry.exists()]
    age = (time.time() if now is None else now) - min(ages) if ages else 0.0
    return Queue(len(ready), max(age, 0.0))


def dropped(settings: Settings) -> list[str]:
    """Segments given up because the queue outgrew its bound: the archive has a gap there."""
    out = _out(settings)
    if not out.is_dir():
        return []
    return sorted(f.name.removesuffix(".ok") for f in out.glob("*.ok") if "dropped" in _read(f))


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:  # acknowledged in this moment
        return ""


def _ready(settings: Settings) -> dict[str, Path]:
    status, out = settings.wal / "archive_status", _out(settings)
    found = {entry.name.removesuffix(".ready"): entry for entry in status.glob("*.ready")}
    return {name: entry for name, entry in found.items() if not (out / f"{name}.ok").exists()}


def _out(settings: Settings) -> Path:
    return Path(settings.spool) / "archive" / settings.stanza / "out"


class Sender(threading.Thread):
    """Sends until told to stop; `trouble` is why the last try failed."""

    def __init__(self, settings: Settings, stop: threading.Event) -> None:
        super().__init__(name="archive", daemon=True)
        self._settings, self._stopping = settings, stop
        self.trouble = ""
        self.gaps: set[str] = set()
        self._created = False
        self._create_after = 0.0

    def run(self) -> None:
        while not self._stopping.wait(LOOK_EVERY):
            try:
                if not self._created and time.monotonic() > self._create_after:
                    self._create()
                    self._tell("")
                if waiting(self._settings).segments:
                    self._send()
                    self._tell("")
            except (Wrong, OSError) as error:
                self._tell(str(error))
                self._stopping.wait(RETRY_AFTER)

    def _create(self) -> None:
        _out(self._settings).mkdir(parents=True, exist_ok=True)
        try:
            repository.create(self._settings)
            self._created = True
        except repository.Locked:
            # A backup is being taken: it has made the stanza, and waits for WAL that is sent here.
            self._create_after = time.monotonic() + RETRY_AFTER

    def _send(self) -> None:
        try:
            repository.pgbackrest(self._settings, "archive-push:async", str(self._settings.wal))
        finally:
            self.gaps.update(dropped(self._settings))
        late = waiting(self._settings)
        if late.segments and late.age > RETRY_AFTER:
            raise Wrong(f"WAL is not in every repository: {self._reason()}")

    def _reason(self) -> str:
        """What pgBackRest noted about the first segment it could not send."""
        for file in sorted(_out(self._settings).glob("*.error")):
            return " ".join(_read(file).split())[:600]
        return "it will be tried again"

    def _tell(self, trouble: str) -> None:
        if trouble != self.trouble:
            print(f"archive: {trouble or 'WAL goes to every repository'}", flush=True)
        self.trouble = trouble
