"""What ties the parts of one backup together, and what a copy restored from it must hold."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from .settings import Wrong


@dataclass(frozen=True)
class Manifest:
    """One backup set. `name` is its restore point in the database, at `lsn`.

    `facts` are what the database held just before that point and just after it: a write may fall
    between the two, so each number of a restored copy lies between theirs.
    """

    name: str
    taken: str  # ISO 8601, UTC
    stack: str
    release: str
    lsn: str
    segment: str  # the WAL segment that holds the restore point
    facts: list[dict[str, Any]]
    streams: dict[str, Any]
    backups: dict[str, dict[str, Any]]  # repository: the newest backup of the database there
    sessions: bool = False
    notes: list[str] = field(default_factory=list)

    def text(self) -> str:
        return json.dumps(asdict(self), indent=2) + "\n"


def read(text: str) -> Manifest:
    """A manifest from its text. Raises `Wrong`."""
    try:
        return Manifest(**json.loads(text))
    except (ValueError, TypeError) as error:
        raise Wrong(f"the manifest can't be read: {error}") from None


def differences(manifest: Manifest, found: dict[str, Any]) -> dict[str, str]:
    """What a restored copy lacks, by check: an empty text where it is as it must be."""
    before, after = manifest.facts
    return {
        "extension": _same("the vector extension", before, after, found, "extension"),
        "revision": _same("the alembic revision", before, after, found, "revision"),
        "rows": _rows(before["rows"], after["rows"], found["rows"]),
        "vector": _answer(before, after, found),
    }


def _same(
    what: str, before: dict[str, Any], after: dict[str, Any], found: dict[str, Any], key: str
) -> str:
    if found.get(key) in (before.get(key), after.get(key)):
        return ""
    return f"{what} is {found.get(key)}, the backup was of {after.get(key)}"


def _rows(before: dict[str, int], after: dict[str, int], found: dict[str, int]) -> str:
    wrong = []
    for table in sorted({*before, *after}):
        low, high = sorted((before.get(table, 0), after.get(table, 0)))
        if table not in found:
            wrong.append(f"{table} is missing")
        elif not low <= found[table] <= high:
            wanted = f"{low}" if low == high else f"{low} to {high}"
            wrong.append(f"{table} has {found[table]} rows, the backup had {wanted}")
    return "; ".join(wrong)


def _answer(before: dict[str, Any], after: dict[str, Any], found: dict[str, Any]) -> str:
    if found.get("answer") in (before.get("answer"), after.get("answer")):
        return ""
    return "the stored vector query has another answer than when the backup was taken"
