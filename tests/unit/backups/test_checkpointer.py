"""A server is woken once for each time that it became ready, and not while it isn't."""

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from images.postgres.backup import checkpointer
from images.postgres.backup.checkpointer import Waker
from images.postgres.backup.settings import Wrong
from tests.unit.backups.test_judged import SETTINGS


class Server:
    """A server that counts the checkpoints it was asked for."""

    def __init__(self, data: Path) -> None:
        self.asked, self.refuses = 0, False
        self._file, self._changes = data / "postmaster.pid", 0

    def tells(self, state: str) -> None:
        lines = [
            "1",
            str(self._file.parent),
            "1795698386",
            "5432",
            "/run",
            "*",
            "1 2",
            f"{state:8}",
        ]
        self._file.write_text("\n".join(lines) + "\n")
        self._changes += 1
        os.utime(self._file, (self._changes, self._changes))

    def text(self, sql: str, database: str) -> str:
        assert (sql, database) == ("CHECKPOINT", "postgres")
        if self.refuses:
            raise Wrong("psql: permission denied")
        self.asked += 1
        return ""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    made = Server(tmp_path)
    monkeypatch.setattr(checkpointer, "Database", lambda _: made)
    return made


@pytest.fixture
def waker(tmp_path: Path) -> Waker:
    return Waker(replace(SETTINGS, data=str(tmp_path)), threading.Event())


def test_a_server_that_is_stopped_or_starts_is_left_alone(server: Server, waker: Waker) -> None:
    waker.look()
    server.tells("starting")
    waker.look()
    assert server.asked == 0


def test_each_time_it_is_ready_it_is_woken_once(server: Server, waker: Waker) -> None:
    for round_ in (1, 2):  # the second is a crash that it mended by itself: no new process
        server.tells("ready")
        waker.look()
        waker.look()
        assert server.asked == round_


def test_what_failed_is_told_and_tried_again(
    server: Server, waker: Waker, capsys: pytest.CaptureFixture[str]
) -> None:
    server.tells("ready")
    server.refuses = True
    waker.look()
    assert capsys.readouterr().out == "checkpoint: psql: permission denied\n"
    server.refuses = False
    waker.look()
    assert server.asked == 1
