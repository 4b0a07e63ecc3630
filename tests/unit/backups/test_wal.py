"""What the archived WAL tells of the database's life."""

import json

import pytest

from images.postgres.backup import repository, wal
from images.postgres.backup.settings import Wrong
from images.postgres.backup.wal import Segment, newest
from tests.unit.backups.test_judged import SETTINGS

LISTED = {
    ".": {"type": "path"},
    "18-1": {"type": "path"},
    "archive.info": {"type": "file", "time": 9_000},
    "18-1/00000002.history": {"type": "file", "time": 8_000},
    "18-1/0000000100000000/000000010000000000000003-0a1b.zst": {"type": "file", "time": 7_000},
    "18-1/0000000200000000/000000020000000000000002-0a1b.zst": {"type": "file", "time": 6_000},
}


def told(monkeypatch: pytest.MonkeyPatch, listed: dict[str, object]) -> None:
    monkeypatch.setattr(repository, "pgbackrest", lambda *_, **__: json.dumps(listed))


def test_the_database_lives_where_its_last_segment_is_from(monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, LISTED)
    assert newest(SETTINGS, "local") == Segment(7_000, 1)


def test_a_repository_without_wal_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, {"archive.info": {"type": "file", "time": 1}})
    with pytest.raises(Wrong, match="repository local holds no WAL"):
        wal.newest(SETTINGS, "local")
