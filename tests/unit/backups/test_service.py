"""The service goes on through a full volume, and ends as a whole where a part of it does."""

import errno
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from signal import SIGINT, SIGTERM, getsignal, signal

import pytest

from images.postgres.backup import service, taking
from images.postgres.backup.service import Service
from images.postgres.backup.settings import Settings
from tests.unit.backups.test_judged import SETTINGS


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Those of a machine that has nothing but a scheduler with nothing to do."""
    scheduler = tmp_path / "supercronic"
    scheduler.write_text("#!/bin/sh\nexec /bin/sleep 20\n")
    scheduler.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(service, "PORT", 0)
    handlers = {number: getsignal(number) for number in (SIGTERM, SIGINT)}
    yield replace(SETTINGS, data=str(tmp_path), volume=str(tmp_path), spool=str(tmp_path))
    for number, handler in handlers.items():
        signal(number, handler)


def test_gaps_that_can_not_be_written_down_keep_nobody_from_looking(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(taking, "write", full)
    found = Service(settings)
    found.sender.gaps.add("000000010000000000000007")
    found.look()
    assert "No space left on device" in capsys.readouterr().out
    assert [place.name for place in found.status().places] == ["local", "offsite"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_it_ends_when_a_part_of_it_does(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = replace(settings, spool="/dev/null/spool")  # where no beat can be written
    began = time.monotonic()
    assert Service(nowhere).run() == 1
    assert time.monotonic() - began < 10, "it waited for the scheduler"
    assert capsys.readouterr().err == "beat ended by itself\n"
