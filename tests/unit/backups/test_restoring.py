"""Where a restore stops, and from which backup it starts."""

import os
from pathlib import Path

import pytest

from images.postgres.backup.repository import Backup
from images.postgres.backup.restoring import Server, Target, base, checked_structures, target
from images.postgres.backup.settings import Wrong
from tests.unit.backups.test_judged import SETTINGS


def backup(label: str, stopped: int, timeline: int = 1) -> Backup:
    segment = f"{timeline:08X}{3:016X}"
    return Backup(label, "full", stopped - 10, stopped, 1, 1, segment, segment, "0/1", False)


BACKUPS = [backup("old", 1_000), backup("new", 2_000), backup("of a restore", 3_000, timeline=2)]


@pytest.mark.parametrize(
    ("at", "found"),
    [
        ("latest", Target("default")),
        ("2026-01-31 12:00", Target("time", "2026-01-31 12:00:00.000000+00")),
        ("2026-01-31 12:00:01.5+01:00", Target("time", "2026-01-31 11:00:01.500000+00")),
        ("before-v1.4.0", Target("name", "before-v1.4.0")),
    ],
)
def test_a_target_is_the_latest_a_time_or_a_name(at: str, found: Target) -> None:
    assert target(at) == found


def test_the_newest_backup_that_ended_before_is_taken() -> None:
    assert base(BACKUPS, 1_999, 2).label == "old"
    assert base(BACKUPS, 2_000, 2).label == "new"
    assert base(BACKUPS, 3_000, 2).label == "of a restore"


def test_a_backup_of_a_line_that_was_left_again_is_none_to_start_from() -> None:
    assert base(BACKUPS, 3_000, 1).label == "new"


def test_a_time_before_the_first_backup_is_refused_with_the_oldest_there_is() -> None:
    with pytest.raises(Wrong, match="the oldest is of 1970-01-01 00:16:40 UTC"):
        base(BACKUPS, 999, 2)


def test_a_repository_without_backups_is_told() -> None:
    with pytest.raises(Wrong, match="there is none"):
        base([], 999, 1)


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("exit 0", ""),
        ("echo 'heap table lacks a row'; exit 2", "heap table lacks a row"),
        ("echo 'no connection' >&2; exit 1", "no connection"),
        ("kill -9 $$", "pg_amcheck ended with -9"),
    ],
)
def test_structures_hold_only_where_the_check_came_to_its_end(
    program: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = tmp_path / "pg_amcheck"
    check.write_text(f"#!/bin/sh\n{program}\n")
    check.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    server = Server(SETTINGS, tmp_path, archiving=False)
    assert checked_structures(server) == told
    server.sockets.rmdir()
