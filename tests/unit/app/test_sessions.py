"""The bot's memory is whole whenever it is read."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from tasktracker.bot.sessions import Sessions, SessionsFile


def test_a_fresh_directory_is_a_fresh_start(tmp_path: Path) -> None:
    assert SessionsFile(tmp_path).read() == Sessions(offset=0, waiting={})


def test_what_is_written_is_read_after_a_restart(tmp_path: Path) -> None:
    kept = Sessions(offset=5, waiting={"task": 7})
    SessionsFile(tmp_path).write(kept)
    assert SessionsFile(tmp_path).read() == kept


def test_a_write_that_was_cut_short_leaves_the_old_one(tmp_path: Path) -> None:
    file = SessionsFile(tmp_path)
    file.write(Sessions(offset=5))
    (tmp_path / "sessions.new").write_text('{"offs')
    assert file.read() == Sessions(offset=5)


def test_a_broken_file_is_told_not_forgotten(tmp_path: Path) -> None:
    (tmp_path / "sessions.json").write_text('{"offset": "five"}')
    with pytest.raises(ValidationError, match="offset"):
        SessionsFile(tmp_path).read()
