"""Commands run with the project's tools first on PATH, and the user's own Pulumi as it is."""

import subprocess
from pathlib import Path

import pytest

from tests.unit.toolchain.machine import Machine
from toolchain import environment, pins, pulumi, requirements
from toolchain.cache import locate
from toolchain.pins import REPOSITORY, Pins


@pytest.fixture(autouse=True)
def real_pins_aside(wanted: Pins, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own versions and PATH."""
    monkeypatch.setattr(pins, "read", lambda: wanted)
    monkeypatch.setenv("PATH", machine.env["PATH"])


def test_the_users_own_pulumi_keeps_its_home_and_gets_its_plugins_itself(machine: Machine) -> None:
    machine.pulumi("3.256.0", "docker-v5.2.0", "random-v4.21.4")
    env = environment.full(machine.env)
    assert "PULUMI_HOME" not in env
    assert "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION" not in env
    assert env["PULUMI_SKIP_UPDATE_CHECK"] == "1"


def test_the_projects_own_pulumi_has_its_own_home_and_the_users_log_in(
    machine: Machine, wanted: Pins
) -> None:
    own = pulumi.own(locate(machine.env), wanted)
    own.bin.mkdir(parents=True)
    env = environment.full(machine.env)
    assert env["PATH"].split(":")[0] == str(own.bin)
    assert env["PULUMI_HOME"] == str(own.home)
    assert env["PULUMI_CREDENTIALS_PATH"] == f"{machine.env['HOME']}/.pulumi"
    assert env["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] == "1"


def test_an_environment_inside_itself_is_the_same(machine: Machine, wanted: Pins) -> None:
    pulumi.own(locate(machine.env), wanted).bin.mkdir(parents=True)
    once = environment.full(machine.env)
    twice = environment.full(once)
    assert {**twice, "PATH": ""} == {**once, "PATH": ""}
    assert twice["PATH"].endswith(once["PATH"])


def test_the_clones_python_packages_come_first(machine: Machine) -> None:
    assert environment.plain(machine.env)["PATH"].split(":")[0] == str(requirements.VENV / "bin")


def test_the_engine_of_the_users_docker_context_is_handed_on(machine: Machine) -> None:
    machine.command("docker", '[ "$3" = desktop ] && echo unix:///desktop.sock')
    config = machine.root / "home" / ".docker" / "config.json"
    config.parent.mkdir()
    config.write_text('{"currentContext": "desktop"}')
    assert environment.docker_host(machine.env) == {"DOCKER_HOST": "unix:///desktop.sock"}
    assert environment.docker_host({**machine.env, "DOCKER_HOST": "ssh://far"}) == {}


@pytest.mark.parametrize("content", ["{}", '{"currentContext": "default"}'])
def test_the_default_context_needs_no_word(machine: Machine, content: str) -> None:
    config = machine.root / "home" / ".docker" / "config.json"
    config.parent.mkdir()
    config.write_text(content)
    assert environment.docker_host(machine.env) == {}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Call the script as a user does."""
    script = Path(REPOSITORY) / "toolchain" / "run"
    python = str(requirements.PYTHON)
    return subprocess.run([python, script, *arguments], capture_output=True, text=True, check=False)


def test_a_command_is_become_with_its_own_status() -> None:
    assert run("--plain", "/bin/sh", "-c", "exit 7").returncode == 7


def test_a_command_that_is_not_there_is_named_with_what_brings_it() -> None:
    told = run("--plain", "no-such-command")
    assert told.returncode == 127
    assert "error: no-such-command: not found\n  fix: run toolchain/install" in told.stderr


def test_without_a_command_the_usage_is_shown() -> None:
    assert run().returncode == 2
    assert "usage: toolchain/run [--plain] COMMAND" in run().stderr
