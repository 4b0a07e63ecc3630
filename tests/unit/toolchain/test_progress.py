"""A step shows what it does, how far it is, and what went wrong."""

import threading
from pathlib import Path

import pytest

from toolchain import progress
from toolchain.failure import Failure


def test_a_step_tells_its_start_and_its_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    progress.command("docker", "pulling", ["true"], tmp_path / "log", "try again")
    shown = capsys.readouterr().err.splitlines()
    assert shown == ["toolchain: docker: pulling …", "toolchain: docker: pulling: done, 0 s"]


def test_a_step_that_goes_on_tells_its_time_and_extent(
    capsys: pytest.CaptureFixture[str],
) -> None:
    meter = progress.Meter("pulumi", "building the CLI (2/4)")
    meter.beat("2 packages")
    assert "2 packages" not in capsys.readouterr().err, "a line before it is time"
    meter.started -= 182
    meter.next = meter.started
    meter.beat("840 packages")
    line = "toolchain: pulumi: building the CLI (2/4) … 182 s, 840 packages\n"
    assert capsys.readouterr().err == line


def test_a_step_tells_its_time_while_something_else_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "HEARTBEAT", 0.0)
    monkeypatch.setattr(progress, "LOOK", 0.01)
    looks = threading.Semaphore(0)

    def extent() -> str:
        looks.release()
        return "2 packages"

    with progress.Meter("pulumi", "building").beating(extent):
        for _ in range(2):
            assert looks.acquire(timeout=10), "nobody looks how far it is"
    first, *beats = capsys.readouterr().err.splitlines()
    assert first == "toolchain: pulumi: building …"
    assert beats[0] == "toolchain: pulumi: building … 0 s, 2 packages"


def test_a_step_that_fails_shows_the_end_of_its_output_and_the_fix(tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = "echo early; echo the disk is full >&2; exit 7"
    with pytest.raises(Failure, match="the disk is full") as told:
        progress.command("docker", "pulling", ["sh", "-c", script], log, "make room")
    assert "sh ended with 7" in told.value.cause
    assert str(log) in told.value.cause
    assert told.value.fix == "make room"


def test_a_command_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="cannot run no-such-command: No such file"):
        progress.command("docker", "pulling", ["no-such-command"], tmp_path / "log", "install it")
