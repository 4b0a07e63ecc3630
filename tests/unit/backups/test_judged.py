"""What is wrong with backups, from what is known of them."""

from dataclasses import replace
from typing import Any

import pytest

from images.postgres.backup import status
from images.postgres.backup.archive import Queue
from images.postgres.backup.settings import Settings
from images.postgres.backup.status import Place, judged

HOUR = 3600
QUIET = Queue(0, 0)
SETTINGS = Settings(
    stack="prod", stanza="main", database="tasktracker", data="/data",
    repositories={"local": 1, "offsite": 2}, snapshots={}, nats=None, api=None, keep_days=7,
    keep_fulls=2, max_backup_age=26 * HOUR, max_wal_age=300,
)  # fmt: skip
FRESH = Place("local", "", label="20260131-020000F", set_taken="2026-01-31T02:00:00+00:00",
              set_age=2.0 * HOUR)  # fmt: skip


def wrong(place: Place = FRESH, queue: Queue = QUIET, **more: Any) -> list[str]:
    known: dict[str, Any] = {"gaps": [], "last": None, "up": 2 * HOUR, "trouble": ""} | more
    return judged(SETTINGS, [place], queue, **known)


def test_a_fresh_backup_and_no_waiting_wal_are_well() -> None:
    assert wrong() == []


def test_a_backup_older_than_allowed_is_told() -> None:
    old = Place("local", "", label="x", set_taken="x", set_age=27.0 * HOUR)
    assert wrong(old) == ["local: the newest backup is 27.0 h old, allowed are 26 h"]


def test_a_service_that_has_just_started_is_not_blamed_for_what_it_missed() -> None:
    old = Place("local", "", label="x", set_taken="x", set_age=99.0 * HOUR)
    assert wrong(old, up=status.CATCH_UP - 1) == []


def test_no_backup_at_all_is_told() -> None:
    assert wrong(Place("local", "")) == ["local: the newest backup is none, allowed are 26 h"]


def test_a_backup_from_the_future_means_that_the_clock_jumped() -> None:
    (told,) = wrong(Place("local", "", label="x", set_taken="x", set_age=-500.0))
    assert told == "local: the newest backup is 500 s in the future: the clock jumped"


def test_backups_that_were_emptied_away_are_told() -> None:
    emptied = Place("offsite", "", set_taken="2026-01-31T02:00:00+00:00", set_age=1.0)
    assert wrong(emptied) == ["offsite: the backups are gone, the last was of "
                              "2026-01-31T02:00:00+00:00"]  # fmt: skip


def test_a_repository_out_of_reach_is_named_with_its_cause() -> None:
    away = Place("offsite", "connection refused", set_taken="x", set_age=1.0)
    assert wrong(away) == ["offsite: connection refused"]


@pytest.mark.parametrize(("age", "told"), [(299, 0), (301, 1)])
def test_wal_may_wait_so_long_and_no_longer(age: int, told: int) -> None:
    found = wrong(queue=Queue(3, age), trouble="repo2 is away")
    assert len(found) == told
    assert found in ([], ["WAL waits for 301 s (3 segments): repo2 is away"])


def test_a_gap_is_told_until_it_is_closed() -> None:
    (told,) = wrong(gaps=["000000010000000000000007"])
    assert "the archive has a gap from 000000010000000000000007 on" in told


def test_the_repository_that_missed_the_last_backup_is_named() -> None:
    (told,) = wrong(last={"troubles": {"offsite": "no credentials"}})
    assert told == "offsite: the last backup failed: no credentials"


def test_a_database_made_anew_is_told_at_once() -> None:
    (told,) = wrong(trouble="the database is not the one these backups are of: it was made anew")
    assert "made anew" in told


@pytest.mark.parametrize("label", ["20260131-020000F", "20260131-020000F_20260203-020000D", ""])
def test_a_stored_file_that_is_damaged_is_told_until_a_full_backup_was_taken(label: str) -> None:
    verified = {"at": "2026-02-04T04:00:00+00:00", "troubles": {"local": "checksum invalid: 1"}}
    place = replace(FRESH, label=label, set_taken="")
    told = "local: verify of 2026-02-04T04:00:00+00:00: checksum invalid: 1"
    assert wrong(place, verified=verified) == [told]
    assert wrong(replace(place, name="offsite"), verified=verified) == []
    renewed = replace(place, label="20260204-050000F_20260205-020000D")
    assert wrong(renewed, verified=verified) == []
