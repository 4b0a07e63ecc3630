"""The Pulumi that the toolchain chose runs programs, plugins and policy packs."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from toolchain.pins import REPOSITORY

HERE = Path(__file__).parent
DEADLINE = 120
"""Seconds for one Pulumi command; on an idle machine each takes three."""


@dataclass(frozen=True)
class Trial:
    """A stack of the trial program, with state and key of its own."""

    env: dict[str, str]
    left: Path

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Pulumi the way the Makefile does, in an environment a newcomer has."""
        command = [str(REPOSITORY / "toolchain" / "run"), "pulumi", *arguments]
        return subprocess.run(
            command,
            cwd=HERE / "program",
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=DEADLINE,
        )

    def succeed(self, *arguments: str) -> str:
        """What a Pulumi command printed; the test fails with it when the command does."""
        said = self.pulumi(*arguments)
        assert said.returncode == 0, said.stdout + said.stderr
        return said.stdout


@pytest.fixture
def trial(machine: None, tmp_path: Path) -> Iterator[Trial]:
    """A stack that is made for a test and taken down after it."""
    # What makes Python write at once is left out: a newcomer's environment has it not.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    env |= {
        "PULUMI_BACKEND_URL": tmp_path.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "trial",
        "PULUMI_STACK": "trial",
    }
    settings = HERE / "program" / "Pulumi.trial.yaml"
    stack = Trial(env, tmp_path / "left")
    try:
        stack.succeed("stack", "init", "trial", "--no-select")
        stack.succeed("config", "set", "left", str(stack.left))
        stack.succeed("config", "set", "length", "20")
        yield stack
    finally:
        try:
            stack.succeed("destroy", "--yes", "--skip-preview", "--remove")
        finally:
            settings.unlink(missing_ok=True)


def test_each_plugin_makes_what_it_is_asked_for_and_takes_it_down(trial: Trial) -> None:
    trial.succeed("up", "--yes", "--skip-preview")
    outputs = json.loads(trial.succeed("stack", "output", "--json", "--show-secrets"))
    assert len(outputs["password"]) == 20
    assert outputs["greeting"] == f"hello {outputs['volume']}"
    docker = shutil.which("docker")
    assert docker is not None
    volumes = subprocess.run(
        [docker, "volume", "ls", "--format", "{{.Name}}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert outputs["volume"] in volumes
    trial.succeed("preview", "--expect-no-changes")
    trial.succeed("destroy", "--yes", "--skip-preview")
    assert trial.left.read_text() == f"bye {outputs['volume']}\n"


def test_a_policy_pack_refuses_in_a_preview_and_lets_pass(trial: Trial) -> None:
    pack = ("--policy-pack", str(HERE / "pack"))
    trial.succeed("preview", *pack)
    trial.succeed("config", "set", "length", "8")
    refused = trial.pulumi("preview", *pack)
    assert refused.returncode != 0
    assert "password has 8 characters" in refused.stdout
