"""The stack under Docker Compose: the peer that most people would use instead."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import task_tracker
from bench import compose_tool
from bench.compose_engine import ComposeEngine
from settings import read
from tests.unit.recorder import Recorder

PROJECT = "bench-compose"


@dataclass
class Compose:
    """A Compose project of the stack's own descriptions."""

    folder: Path
    program: Path
    file: dict[str, Any]

    @classmethod
    def of(cls, values: dict[str, Any], folder: Path) -> "Compose":
        """The project of a dev stack with these values. Its files stay in `folder`."""
        folder.mkdir(parents=True)
        engines: list[ComposeEngine] = []

        def engine(*_: object) -> ComposeEngine:
            engines.append(ComposeEngine(folder))
            return engines[0]

        def program() -> None:
            with mock.patch.object(task_tracker, "DockerEngine", engine):
                task_tracker.TaskTracker("task-tracker", read())

        Recorder().run(program, "dev-bench", {"stack": json.dumps(values)})
        (made,) = engines
        file = {"services": made.services, "networks": made.networks, "volumes": made.volumes}
        return cls(folder, compose_tool.prepare(), file)

    def up(self, *services: str) -> None:
        """Bring it up and wait until everything is healthy, jobs have ended well."""
        self._run("up", "--detach", "--wait", *services)

    def down(self) -> None:
        """Take it away, data too."""
        self._run("down", "--volumes", "--timeout", "1", "--remove-orphans")

    def _run(self, *words: str) -> None:
        file = self.folder / "compose.json"
        file.write_text(json.dumps(self.file, indent=1))
        done = subprocess.run(
            [str(self.program), "--project-name", PROJECT, "--file", str(file), *words],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"docker-compose {' '.join(words)}: {done.stdout}")
