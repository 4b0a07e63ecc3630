"""What pgBackRest tells of a repository, and what becomes of it."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from images.postgres.backup import programs, repository
from images.postgres.backup.repository import DAY, Backup, Contents, Locked, read, retention, take
from images.postgres.backup.settings import Wrong
from tests.unit.backups.test_judged import SETTINGS

EMPTY = Contents((), "", "")
INFO = {
    "label": "20260131-020000F",
    "type": "full",
    "timestamp": {"start": 1, "stop": 2},
    "info": {"size": 1, "repository": {"delta": 1}},
    "archive": {"start": "000000010000000000000001", "stop": "000000010000000000000002"},
    "lsn": {"stop": "0/1"},
}


def told(code: int, message: str, **more: Any) -> str:
    status = {"code": code, "message": message}
    return json.dumps([{"name": "main", "repo": [{"key": 2, "status": status}], **more}])


@pytest.mark.parametrize(
    "text", ["[]", told(1, "missing stanza path"), told(2, "no valid backups")]
)
def test_a_repository_without_backups_is_empty(text: str) -> None:
    assert read(text, "main") == EMPTY


def test_the_last_archive_is_the_one_that_goes_on() -> None:
    archive = [{"min": "01", "max": "02"}, {"min": "03", "max": "04"}, {"min": None, "max": None}]
    contents = read(told(0, "ok", archive=archive), "main")
    assert (contents.wal_min, contents.wal_max) == ("03", "04")


def test_a_repository_in_trouble_is_told_with_its_number() -> None:
    with pytest.raises(Wrong, match="repository 2: unable to load info file"):
        read(told(99, "unable to load info file"), "main")


def test_what_a_wrong_key_made_of_a_file_is_told_in_one_line() -> None:
    text = told(99, "unable to load info file: QUOTED").replace("QUOTED", "\x01\n\x7f rest")
    with pytest.raises(Wrong) as caught:
        read(text, "main")
    assert str(caught.value) == "repository 2: unable to load info file:     rest"


def test_what_is_no_json_is_no_crash() -> None:
    with pytest.raises(Wrong, match="told of the repository what can't be read"):
        read("not json", "main")


NOW = 100 * DAY


def full(age: float) -> Backup:
    stopped = int(NOW - age * DAY)
    return Backup(f"{stopped}F", "full", stopped - 60, stopped, 1, 1, "a", "b", "0/1", False)


@pytest.mark.parametrize(
    ("ages", "always", "kept"),
    [
        ((), 2, ("count", 2)),
        ((14, 7, 0.1), 2, ("time", 7)),
        ((22, 15, 8), 2, ("count", 2)),  # none was taken for a week
        ((15, 8, 1), 2, ("time", 7)),
        ((30, 20, 1), 3, ("count", 3)),
        ((8, 2, 1), 3, ("time", 7)),
    ],
)
def test_full_backups_are_counted_where_too_few_of_them_are_young(
    ages: tuple[float, ...], always: int, kept: tuple[str, int]
) -> None:
    settings = replace(SETTINGS, keep_fulls=always)
    held = Contents(tuple(full(age) for age in ages), "", "")
    assert retention(settings, held, NOW) == kept


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is run where the first `backup` meets a lock."""
    ran: list[str] = []

    def run(argv: Sequence[str], **_: object) -> str:
        ran.append(argv[-1])
        if argv[-1] == "backup" and ran.count("backup") == 1:
            raise Wrong("pgbackrest: unable to acquire lock on file 'x' (exit 50)")
        return told(0, "ok", backup=[INFO])

    monkeypatch.setattr(programs, "run", run)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    yield ran


def test_a_backup_waits_for_the_stanza_that_the_service_makes(locked: list[str]) -> None:
    assert take(SETTINGS, "local", "full").label == "20260131-020000F"
    assert locked[:2] == ["backup", "backup"]


def test_a_lock_that_stays_is_told(locked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository, "CREATED_WITHIN", -1)
    with pytest.raises(Locked, match="unable to acquire lock"):
        take(SETTINGS, "local", "full")
