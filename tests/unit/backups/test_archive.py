"""WAL is sent while a backup is taken, and never into the repositories of another database."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from images.postgres.backup import archive, repository
from images.postgres.backup.archive import Sender
from images.postgres.backup.repository import Locked
from images.postgres.backup.settings import Settings, Wrong
from tests.unit.backups.test_judged import SETTINGS

Sent = Callable[[Wrong | None], list[str]]


@pytest.fixture
def sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sent:
    """What a sender runs until it waits, by how making the stanza ends."""
    (tmp_path / "pg_wal" / "archive_status").mkdir(parents=True)
    (tmp_path / "pg_wal" / "archive_status" / "000000010000000000000001.ready").touch()
    settings = replace(SETTINGS, data=str(tmp_path), spool=str(tmp_path / "spool"))

    class Once(threading.Event):
        looks = 0

        def wait(self, timeout: float | None = None) -> bool:
            self.looks += 1
            return self.looks > 1

    def answer(created: Wrong | None) -> list[str]:
        ran: list[str] = []

        def create(_: Settings) -> None:
            if created:
                raise created

        monkeypatch.setattr(repository, "create", create)
        monkeypatch.setattr(repository, "pgbackrest", lambda _, *argv: ran.append(argv[0]))
        sender = Sender(settings, Once())
        sender.run()
        return [*ran, sender.trouble]

    monkeypatch.setattr(archive, "RETRY_AFTER", 1e9)
    return answer


def test_wal_is_sent_into_a_stanza_that_is_made(sent: Sent) -> None:
    assert sent(None) == ["archive-push:async", ""]


def test_a_backup_that_is_being_taken_gets_the_wal_it_waits_for(sent: Sent) -> None:
    assert sent(Locked("pgbackrest: unable to acquire lock (exit 50)")) == [
        "archive-push:async",
        "",
    ]


def test_nothing_is_sent_into_the_repositories_of_another_database(sent: Sent) -> None:
    assert sent(Wrong("it was made anew")) == ["it was made anew"]
