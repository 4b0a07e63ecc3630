"""What a restore does without: a database that is ill, a bucket that is away."""

import os
from pathlib import Path

import pytest

from components.backup_configuration import LOCAL, OFFSITE
from ops.restore import Plan, finish_wal, has_sessions
from ops.restore_host import Host, Reader
from tests.unit.ops.test_restore_stack import loaded

STACK = loaded("prod")


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    """One on which containers run and every command in them fails."""
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\n[ "$1" = ps ] && echo there && exit\necho refused >&2; exit 1\n')
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return Host(STACK)


def test_a_database_that_does_not_answer_is_restored_all_the_same(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    finish_wal(host)
    assert "its last WAL is not sent: docker exec: refused" in " ".join(
        capsys.readouterr().out.split()
    )


def test_a_local_restore_does_without_the_bucket_and_says_what_it_left_out(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    reader, plan = Reader(host, "reader"), Plan(STACK, "latest", LOCAL, "r1", {})
    assert not has_sessions(reader, plan)
    said = " ".join(capsys.readouterr().out.split())
    assert "the old ones stay on task-tracker-telegram-sessions" in said and "refused" in said


def test_sessions_are_looked_for_in_what_the_bucket_told(host: Host) -> None:
    for found in ([], [{"id": "1"}]):
        plan = Plan(STACK, "latest", OFFSITE, "r1", {"sessions": found})
        assert has_sessions(Reader(host, "reader"), plan) == bool(found)
