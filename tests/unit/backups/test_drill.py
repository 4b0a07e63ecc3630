"""A drill that can't begin is a drill that failed, and two at once are one."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from images.postgres.backup import drill
from images.postgres.backup.alone import alone
from images.postgres.backup.settings import Settings, Wrong
from tests.unit.backups.test_judged import SETTINGS


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Those of a machine without any program, where nothing can be read."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return replace(SETTINGS, snapshots={"local": "/nowhere"}, drills=str(tmp_path))


def test_a_set_that_can_not_be_read_is_on_record_as_a_failed_restore(settings: Settings) -> None:
    with pytest.raises(Wrong, match="pgbackrest"):
        drill.run(settings, "local", None)
    record = json.loads((Path(settings.drills) / "records" / "local.json").read_text())
    assert not record["passed"]
    assert record["checks"]["restore"].startswith("pgbackrest: ")
    assert record["checks"]["rows"] == "not reached"


def test_an_unknown_repository_leaves_no_record(settings: Settings) -> None:
    with pytest.raises(Wrong, match="is not configured; there is: local, offsite"):
        drill.run(settings, "elsewhere", None)
    assert not (Path(settings.drills) / "records").exists()


def test_a_drill_beside_another_touches_nothing_of_it(settings: Settings) -> None:
    restored = Path(settings.drills) / "data" / "restored"
    restored.parent.mkdir()
    restored.touch()
    with (
        alone(Path(settings.drills) / "lock", 0, "this"),
        pytest.raises(Wrong, match="another drill is under way, since 2"),
    ):
        drill.run(settings, "local", None)
    assert restored.exists()
    assert not (Path(settings.drills) / "records").exists()
