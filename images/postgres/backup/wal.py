"""WAL that a repository holds: how far the database got, and on which of its time lines."""

import json
import re
from dataclasses import dataclass

from . import repository
from .settings import Settings, Wrong

# Eight hexadecimal digits of a time line, sixteen of a place in it (PostgreSQL, "WAL internals").
SEGMENT = re.compile(r"([0-9A-F]{8})[0-9A-F]{16}-")


@dataclass(frozen=True)
class Segment:
    """One segment: when it reached the repository, in seconds since 1970, and of which line."""

    time: float
    timeline: int


def newest(settings: Settings, place: str) -> Segment:
    """The segment that reached a repository last. Raises `Wrong`.

    It tells on which line the database lives. That need not be the one of the highest number: who
    goes back to the volume from before a restore goes on along the line that it was on.
    """
    archive = f"archive/{settings.stanza}"
    number = f"--repo={settings.number(place)}"
    text = repository.pgbackrest(
        settings, number, "--output=json", "--recurse", "repo-ls", archive, timeout=300
    )
    found = read(text)
    if not found:
        raise Wrong(f"repository {place} holds no WAL")
    return max(found, key=lambda segment: segment.time)


def read(listed: str) -> list[Segment]:
    """The segments of a listing as pgBackRest writes it."""
    return [
        Segment(float(entry.get("time", 0)), int(name[1], 16))
        for path, entry in json.loads(listed).items()
        if (name := SEGMENT.match(path.rpartition("/")[2]))
    ]
