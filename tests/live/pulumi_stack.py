"""A real stack of the project under a name of its own: brought up, looked at, removed."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
PROJECT = "task-tracker"


@dataclass
class Result:
    """What a command said, both streams in one, and its exit status."""

    status: int
    output: str

    def succeeded(self) -> str:
        assert self.status == 0, f"exit {self.status}:\n{self.output}"
        return self.output

    def failed(self) -> str:
        assert self.status != 0, f"exit 0 where a failure was due:\n{self.output}"
        return self.output


@dataclass
class PulumiStack:
    """One stack: a stack file in a folder of its own, state beside it, the project's program."""

    name: str
    values: dict[str, Any]
    secrets: Mapping[str, str]
    folder: Path
    more_config: dict[str, Any] = field(default_factory=dict)
    main: Path = ROOT  # the program's folder
    said: list[str] = field(default_factory=list)  # what previews and updates have printed

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "state").mkdir(exist_ok=True)
        # The program where it is, stack files elsewhere: no test touches those of the project.
        project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
        project["main"] = str(self.main)
        project["runtime"]["options"]["virtualenv"] = str(ROOT / ".venv")
        (self.folder / "Pulumi.yaml").write_text(yaml.safe_dump(project))
        self.write()
        self.pulumi("stack", "init", self.name).succeeded()
        for key, value in self.secrets.items():
            self.pulumi("config", "set", "--secret", f"{PROJECT}:{key}", stdin=value).succeeded()

    @property
    def file(self) -> Path:
        return self.folder / f"Pulumi.{self.name}.yaml"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of every command: Pulumi's state and passphrase are the test's own."""
        return {
            **os.environ,
            "PULUMI_BACKEND_URL": (self.folder / "state").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "live",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
        }

    def write(self) -> None:
        """Write the stack file, keeping what Pulumi added to it."""
        kept = yaml.safe_load(self.file.read_text()) if self.file.exists() else {}
        config = {**kept.get("config", {}), **self.more_config, f"{PROJECT}:stack": self.values}
        self.file.write_text(yaml.safe_dump({**kept, "config": config}))

    def command(self, *arguments: str) -> list[str]:
        stack = [] if arguments[:2] == ("stack", "init") else ["--stack", self.name]
        return ["pulumi", *arguments, *stack, "--cwd", str(self.folder), "--non-interactive"]

    def pulumi(self, *arguments: str, stdin: str | None = None, timeout: int = 600) -> Result:
        done = subprocess.run(
            self.command(*arguments), env=self.environment, input=stdin, timeout=timeout,
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        if arguments[0] in ("preview", "up", "destroy"):
            self.said.append(done.stdout)
        return Result(done.returncode, done.stdout)

    def up(self, *more: str) -> Result:
        return self.pulumi("up", "--yes", "--skip-preview", *more)

    def preview(self, *more: str) -> Result:
        return self.pulumi("preview", *more)

    def outputs(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.pulumi("stack", "output", "--json").succeeded())
        return found

    def resources(self) -> list[dict[str, Any]]:
        exported = json.loads(self.pulumi("stack", "export").succeeded())
        found: list[dict[str, Any]] = exported["deployment"]["resources"]
        return found

    def containers(self, service: str | None = None) -> list[str]:
        """Names of its running containers."""
        filters = [f"label=tasktracker.stack={self.name}"]
        filters += [f"label=tasktracker.service={service}"] if service else []
        options = [part for f in filters for part in ("--filter", f)]
        listed = docker("ps", "--format", "{{.Names}}", *options).splitlines()
        return sorted(listed)

    def remove(self) -> None:
        """Take everything away, data too. Works on a stack that is half up."""
        self.pulumi("cancel", "--yes")
        self.pulumi("state", "unprotect", "--all", "--yes")
        self.pulumi("destroy", "--yes", "--skip-preview", "--continue-on-error")
        clear(self.name, self.values["prefix"])
        shutil.rmtree(self.folder, ignore_errors=True)


def clear(stack: str, prefix: str) -> None:
    """Take away what the engine has of a stack, data too, whatever Pulumi knows of it."""
    label = ("--filter", f"label=tasktracker.stack={stack}")
    if containers := docker("ps", "--all", "--quiet", *label).split():
        docker("rm", "--force", "--volumes", *containers)
    volumes = [f"{prefix}-{name}" for name in ("postgres-data", "nats-data", "telegram-sessions")]
    for name in docker("volume", "ls", "--quiet").split():
        if name.startswith(f"{PROJECT}-{stack}-"):
            volumes.append(name)
    docker("volume", "rm", "--force", *volumes)
    networks = docker("network", "ls", "--format", "{{.Name}}").split()
    if mine := [name for name in networks if name.startswith(f"{PROJECT}-{stack}-")]:
        docker("network", "rm", *mine)


def docker(*arguments: str, stdin: str | None = None, check: bool = True) -> str:
    """A docker command; raises with what it said when it fails."""
    done = subprocess.run(["docker", *arguments], input=stdin, text=True, capture_output=True)
    if check and done.returncode != 0:
        raise AssertionError(f"docker {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()


def inspect(container: str) -> dict[str, Any]:
    """What the engine says of a container."""
    found: list[dict[str, Any]] = json.loads(docker("inspect", container))
    return found[0]
