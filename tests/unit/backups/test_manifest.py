"""A restored copy is compared with what the backup was of."""

from typing import Any

import pytest

from images.postgres.backup import manifest
from images.postgres.backup.manifest import Manifest, differences
from images.postgres.backup.settings import Wrong

FACTS: dict[str, Any] = {
    "extension": "0.8.7",
    "revision": "0002",
    "rows": {"public.tasks": 10},
    "answer": [["1", "0"], ["2", "0.5"]],
}
LATER = {**FACTS, "rows": {"public.tasks": 12}}
MADE = Manifest(
    name="set-1", taken="2026-01-31T02:00:00+00:00", stack="prod", release="v1.0.0",
    lsn="0/3000028", segment="000000010000000000000003", facts=[FACTS, LATER], streams={},
    backups={},
)  # fmt: skip


def broken(**changes: Any) -> dict[str, str]:
    """The checks that fail for a copy with these changes."""
    found = differences(MADE, {**FACTS, **changes})
    return {check: fault for check, fault in found.items() if fault}


@pytest.mark.parametrize("rows", [10, 11, 12])
def test_a_copy_of_the_moment_holds(rows: int) -> None:
    assert broken(rows={"public.tasks": rows}) == {}


@pytest.mark.parametrize("rows", [9, 13])
def test_rows_that_are_lost_or_too_many_are_found(rows: int) -> None:
    assert broken(rows={"public.tasks": rows}) == {
        "rows": f"public.tasks has {rows} rows, the backup had 10 to 12"
    }


def test_a_table_that_is_missing_is_found() -> None:
    assert broken(rows={}) == {"rows": "public.tasks is missing"}


def test_an_extension_of_another_version_or_none_is_found() -> None:
    assert "is None, the backup was of 0.8.7" in broken(extension=None)["extension"]


def test_another_revision_is_found() -> None:
    assert broken(revision="0001").keys() == {"revision"}


def test_another_answer_to_the_vector_query_is_found() -> None:
    assert broken(answer=[["2", "0"], ["1", "0.5"]]).keys() == {"vector"}


def test_a_manifest_reads_as_it_was_written() -> None:
    assert manifest.read(MADE.text()) == MADE


@pytest.mark.parametrize("text", ["", "{}", '{"name": "set-1"}'])
def test_what_is_no_manifest_is_refused(text: str) -> None:
    with pytest.raises(Wrong, match="the manifest can't be read"):
        manifest.read(text)
