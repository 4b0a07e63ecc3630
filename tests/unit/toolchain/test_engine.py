"""The engine that runs is used; one is started only where that is this program's to do."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.toolchain.machine import Machine
from toolchain import daemon, engine
from toolchain.cache import Cache
from toolchain.failure import Failure

SILENT = "echo Cannot connect to the Docker daemon >&2; exit 1"


def use(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the machine's PATH the tests' own."""
    monkeypatch.setenv("PATH", machine.env["PATH"])


def test_an_engine_that_answers_is_left_alone(
    machine: Machine,
    cache: Cache,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    started = machine.root / "started"
    machine.command("docker", "echo 27.5.1")
    for other in ("dockerd", "apt-get", "systemctl"):
        machine.command(other, f"echo {other} > {started}")
    use(machine, monkeypatch)
    engine.prepare(cache, {})
    assert not started.exists()
    assert "already there: engine 27.5.1" in capsys.readouterr().err


def test_a_remote_engine_that_is_silent_is_not_replaced_by_a_local_one(
    machine: Machine, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.command("docker", SILENT)
    use(machine, monkeypatch)
    with pytest.raises(Failure, match="DOCKER_HOST=ssh://far does not answer: Cannot connect"):
        engine.prepare(cache, {"DOCKER_HOST": "ssh://far"})


def test_a_user_without_the_right_is_told_which_group_to_join(
    machine: Machine, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.command("docker", "echo permission denied: /var/run/docker.sock >&2; exit 1")
    use(machine, monkeypatch)
    with pytest.raises(Failure, match="fix: add the user to the group docker"):
        engine.prepare(cache, {})


def test_only_root_starts_an_engine(
    machine: Machine, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.command("docker", SILENT)
    use(machine, monkeypatch)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(Failure, match="only root can start one.*\n.*sudo systemctl start docker"):
        engine.prepare(cache, {})


def test_an_engine_that_is_installed_is_started_and_awaited(
    machine: Machine, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    up, end = machine.root / "up", machine.root / "end"
    os.mkfifo(end)
    machine.command("docker", f"[ -e {up} ] && echo 27.5.1 || {{ {SILENT}; }}")
    machine.command("dockerd", f"echo listening; : > {up}; read -r _ < {end}")
    use(machine, monkeypatch)
    daemon.start(cache, engine.info, pid_files={})
    assert engine.info() == ("27.5.1", "")
    assert cache.log("dockerd").read_text() == "listening\n"
    end.write_text("stop\n")


def test_an_engine_that_dies_is_reported_with_its_last_words(
    machine: Machine, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.command("docker", SILENT)
    machine.command("dockerd", "echo overlay2 is not supported here; exit 1")
    use(machine, monkeypatch)
    with pytest.raises(Failure, match="overlay2 is not supported here"):
        daemon.start(cache, engine.info, pid_files={})


def test_an_engine_that_stays_silent_is_given_up_at_the_deadline(cache: Cache) -> None:
    with pytest.raises(Failure, match="no answer in 0 s: still waking"):
        daemon.await_answer(cache.log("dockerd"), lambda: ("", "still waking"), deadline=0)


@pytest.mark.parametrize("content", ["{stranger}", "999999999", "", "not a number"])
def test_the_pid_file_of_a_daemon_that_is_gone_is_removed(tmp_path: Path, content: str) -> None:
    file = tmp_path / "docker.pid"
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as stranger:
        file.write_text(content.format(stranger=stranger.pid))
        assert not daemon.forget_the_dead({file: "dockerd"})
    assert not file.exists()


def test_the_pid_file_of_a_daemon_that_lives_is_kept(tmp_path: Path) -> None:
    file, program = tmp_path / "docker.pid", tmp_path / "dockerd"
    cat = shutil.which("cat")
    assert cat is not None
    shutil.copy(cat, program)
    with subprocess.Popen(
        [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as alive:
        assert alive.stdin is not None and alive.stdout is not None
        alive.stdin.write(b"ready?\n")
        assert alive.stdout.readline() == b"ready?\n"
        file.write_text(str(alive.pid))
        assert daemon.forget_the_dead({file: "dockerd"})
    assert file.exists()
