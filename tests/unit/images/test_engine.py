"""A command's failure is told with its cause, and where to read the rest."""

from pathlib import Path

import pytest

from images import engine


def silent(line: str) -> None: ...


def test_a_failed_command_is_told_with_the_end_of_its_output(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "image.log"
    with pytest.raises(engine.EngineError) as error:
        engine.run(["sh", "-c", "seq 100; echo no such package >&2; exit 3"], log, silent)
    message = str(error.value)
    assert f"sh -c ended with 3; the whole output is in {log}" in message
    assert message.endswith("100\nno such package\n")
    assert "\n50\n" not in message
    assert log.read_text().startswith("1\n2\n")


def test_each_line_is_shown_as_it_comes(tmp_path: Path) -> None:
    shown: list[str] = []
    engine.run(["sh", "-c", "echo one; echo; echo two"], tmp_path / "log", shown.append)
    assert shown == ["one", "two"]


def test_a_missing_engine_is_told_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(engine.EngineError, match="docker is not installed: `make up` installs it"):
        engine.tags()


def test_a_registry_that_keeps_silent_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\nexec tail -f /dev/null\n")
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert engine.answers("hello-world:linux", 0.1) is False
