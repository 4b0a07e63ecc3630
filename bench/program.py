"""Pulumi programs to measure, each with a stack and a state of its own."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Program:
    """A program of the bench's own: a folder with a project, and a stack with a salt."""

    folder: Path
    stack: str = "dev"

    @classmethod
    def make(cls, folder: Path, main: Path) -> "Program":
        """A project that runs `main`, with the packages of this clone."""
        (folder / "state").mkdir(parents=True)
        project = {
            "name": "bench",
            "main": str(main),
            "runtime": {"name": "python", "options": {"virtualenv": str(ROOT / ".venv")}},
        }
        (folder / "Pulumi.yaml").write_text(yaml.safe_dump(project))
        made = cls(folder)
        made.pulumi("stack", "init", made.stack)
        made.pulumi("config", "set", "--secret", "secret", "value")
        return made

    @classmethod
    def empty(cls, folder: Path) -> "Program":
        """A program that does nothing: what Pulumi and Python take at the least."""
        main = folder / "main"
        main.mkdir(parents=True)
        (main / "__main__.py").write_text('"""Nothing."""\n')
        return cls.make(folder, main)

    def pulumi(self, *words: str) -> str:
        """Run Pulumi. Raises RuntimeError with what it said when it fails."""
        stack = [] if words[:2] == ("stack", "init") else ["--stack", self.stack]
        done = subprocess.run(
            ["pulumi", *words, *stack, "--cwd", str(self.folder), "--non-interactive"],
            env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"pulumi {' '.join(words)}: {done.stdout}")
        return done.stdout

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PULUMI_BACKEND_URL": (self.folder / "state").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "bench",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
        }
