"""A backup set is whole or it is not there."""

from dataclasses import replace
from pathlib import Path

import pytest

from images.postgres.backup import repository, taking
from images.postgres.backup.manifest import Manifest
from images.postgres.backup.repository import Backup
from images.postgres.backup.settings import Settings, Wrong
from tests.unit.backups.test_judged import SETTINGS

BACKUP = Backup("20260131-020000F", "full", 1, 2, 1, 1, "a", "b", "0/1", False)


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where sets were stored, by a machine whose local repository takes no backup."""
    places: list[str] = []

    def take(settings: Settings, place: str, kind: str) -> Backup:
        if place == "local":
            raise Wrong("no space")
        return BACKUP

    class Snapshots:
        def __init__(self, settings: Settings, place: str) -> None:
            self._place = place

        def save(self, name: str, kind: str, folder: Path) -> None:
            places.append(self._place)

        def forget(self, kind: str) -> None:
            pass

    def mark(settings: Settings, name: str, *_: object) -> Manifest:
        return Manifest(name, "2026-01-31T02:00:00+00:00", "prod", "v1", "0/1", "a", [], {}, {})

    monkeypatch.setattr(repository, "create", lambda settings: None)
    monkeypatch.setattr(repository, "take", take)
    monkeypatch.setattr(taking, "Snapshots", Snapshots)
    monkeypatch.setattr(taking, "_mark", mark)
    monkeypatch.setattr(taking, "_wait_for_archive", lambda *_: None)
    return places


def test_a_repository_that_took_no_backup_of_the_database_gets_no_set(
    stored: list[str], tmp_path: Path
) -> None:
    both = {"local": "/snapshots", "offsite": "s3:x"}
    settings = replace(SETTINGS, snapshots=both, volume=str(tmp_path))
    taking.take(settings, "full", None, 0)
    assert stored == ["offsite"]
    last = taking.last_set(settings)
    assert last is not None
    assert last["troubles"] == {"local": "no space"} and last["places"].keys() == {"offsite"}
