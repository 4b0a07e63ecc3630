"""The proof of health, run as the real script against a docker of the test's own."""

import os
import subprocess
from pathlib import Path

import pytest

from components.engines.docker_health import ENVIRONMENT, MARGIN_SECONDS, gate
from components.workload import Health
from tests.unit.components.engines.fake_docker import FakeDocker

HEALTH = Health(
    command=("probe", "http://127.0.0.1:8000/it's up"), interval=5, timeout=1, retries=1,
    start_period=0,
)  # fmt: skip


@pytest.fixture
def docker(tmp_path: Path) -> FakeDocker:
    return FakeDocker(tmp_path)


def prove(docker: FakeDocker, *names: str, within: int = 60) -> "subprocess.CompletedProcess[str]":
    command = gate(names, HEALTH)
    allowed = HEALTH.green_within + MARGIN_SECONDS
    return docker.sh(command.replace(f" {allowed} ", f" {within} "), **ENVIRONMENT)


def test_healthy_containers_are_proven_by_the_engines_word(docker: FakeDocker) -> None:
    docker.container("api-1", health="healthy")
    docker.container("api-2", health="healthy")
    assert prove(docker, "api-1", "api-2").returncode == 0
    assert not [call for call in docker.calls if call.startswith("exec")]


def test_a_starting_container_is_asked_itself_and_not_waited_for(docker: FakeDocker) -> None:
    (docker.container("api-1") / "answers").touch()
    assert prove(docker, "api-1").returncode == 0
    assert "exec api-1 probe http://127.0.0.1:8000/it's up" in docker.calls


def test_a_container_that_becomes_healthy_is_waited_for_by_events(docker: FakeDocker) -> None:
    docker.container("api-1")
    docker.container("next/api-1", health="healthy")
    assert prove(docker, "api-1").returncode == 0
    assert any(call.startswith("events --until") for call in docker.calls)


def test_one_sick_container_of_several_is_enough_to_fail(docker: FakeDocker) -> None:
    docker.container("api-1", health="healthy")
    docker.container("api-2", health="unhealthy")
    said = prove(docker, "api-1", "api-2", within=0)
    assert said.returncode == 1
    assert "api-2 is not healthy but running, unhealthy" in said.stderr


def test_a_failure_tells_what_the_probe_and_the_log_said(docker: FakeDocker) -> None:
    docker.container("api-1", health="unhealthy")
    said = prove(docker, "api-1", within=0).stderr
    assert "What it was to replace still serves." in said
    assert "connection refused" in said
    assert "the log of api-1" in said


def test_a_container_that_keeps_crashing_is_not_waited_for(docker: FakeDocker) -> None:
    docker.container("api-1", state="restarting", restarts=3)
    said = prove(docker, "api-1")
    assert said.returncode == 1
    assert "restarted 3 times" in said.stderr


def test_a_container_that_is_gone_fails_at_once(docker: FakeDocker) -> None:
    said = prove(docker, "api-9")
    assert said.returncode == 1
    assert "No such object: api-9" in said.stderr


def test_a_probe_that_hangs_is_ended_after_its_own_timeout(docker: FakeDocker) -> None:
    container = docker.container("api-1")
    (container / "hangs").touch()
    docker.container("next/api-1", health="healthy")
    assert prove(docker, "api-1").returncode == 0
    with pytest.raises(ProcessLookupError):
        os.kill(int((container / "asked-by").read_text()), 0)


def test_a_stopped_container_is_not_asked(docker: FakeDocker) -> None:
    (docker.container("api-1", state="exited", health="healthy") / "answers").touch()
    assert prove(docker, "api-1", within=0).returncode == 1
    assert not [call for call in docker.calls if call.startswith("exec")]


def test_it_waits_as_long_as_the_health_check_allows_and_a_margin() -> None:
    health = HEALTH.model_copy(update={"interval": 30, "timeout": 10, "retries": 3})
    assert " 180 3 10 " in gate(["worker-1"], health)
