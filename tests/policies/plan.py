"""The plans of the project's own stacks, as a real preview hands them to the pack.

No Docker daemon is in reach. What the judge sees is kept as it sees it: inputs after the provider's
Check, unknown values and secrets marked, options, dependencies, the stack file's own object.
"""

from __future__ import annotations

import base64
import os
import pickle
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from policies.planned import Stack
from tests.policies.preview import ROOT, Result, Workspace
from tests.unit.certificates import pair

# What only a stack's own passphrase opens is given anew, for one preview alone.
GIVEN = {
    "encryption-key": base64.urlsafe_b64encode(os.urandom(32)).decode(),
    **pair().secrets,
    "backup-passphrase": base64.b64encode(os.urandom(32)).decode(),
    "s3-access-key": "trial",
    "s3-secret-key": base64.b64encode(os.urandom(32)).decode(),
}

# The pack itself, which also writes down what it was asked to judge.
RECORDER = """
import pathlib, pickle, sys

sys.path[0] = {root!r}
from policies import pack
from policies.registry import RULES


class Recorder(pack.Server):
    def AnalyzeStack(self, request, context):
        answer = super().AnalyzeStack(request, context)
        seen = (self.judge.settings, tuple(self.judge.seen.values()))
        pathlib.Path({file!r}).write_bytes(pickle.dumps(seen))
        return answer


pack.Server = Recorder
pack.serve(RULES)
"""


@dataclass(frozen=True)
class Plan:
    """One preview of a stack: how it ended, all that was judged in it, the engine's event log."""

    result: Result
    stack: Stack
    log: Path


def preview(name: str, folder: Path) -> Plan:
    """A preview of the project's stack `name` with the pack, from nothing, in a state of its own.

    Raises AssertionError with the preview's output where the pack never came to judge the stack.
    """
    workspace = of_project(name, folder)
    workspace.environment["TASK_TRACKER_PREVIEW_JUDGE"] = "pack"
    seen = folder / "seen"
    result = workspace.run("preview", name, "--policy-pack", str(_recorder(folder, seen)))
    assert seen.exists(), result.output
    settings, resources = pickle.loads(seen.read_bytes())
    return Plan(result, Stack(name, resources, settings), folder / "events.json")


def of_project(name: str, folder: Path) -> Workspace:
    """The project with its stack `name`, and nothing of it there."""
    workspace = Workspace(folder)
    for entry in ROOT.iterdir():
        if not entry.name.startswith(("Pulumi.", ".git")) or entry.name == "Pulumi.yaml":
            (folder / entry.name).unlink(missing_ok=True)
            (folder / entry.name).symlink_to(entry)
    (folder / f"Pulumi.{name}.yaml").write_text(yaml.safe_dump(stack_file(name)))
    for key, value in GIVEN.items():
        workspace.set(name, f"task-tracker:{key}", value)
    return workspace


def stack_file(name: str) -> Mapping[str, Any]:
    """The stack's own file; where it names no images (dev builds them), those of prod."""
    values, of_prod = (_values(file) for file in (name, "prod"))
    for key in ("release", "images"):
        values.setdefault(key, of_prod[key])
    return {"config": {"task-tracker:stack": values}}


def _values(name: str) -> dict[str, Any]:
    content = yaml.safe_load((ROOT / f"Pulumi.{name}.yaml").read_text())
    values: dict[str, Any] = content["config"]["task-tracker:stack"]
    return values


def _recorder(folder: Path, seen: Path) -> Path:
    pack = folder / "recorder"
    pack.mkdir()
    (pack / "__main__.py").write_text(RECORDER.format(root=str(ROOT), file=str(seen)))
    environment = Path(sys.executable).parent.parent
    (pack / "PulumiPolicy.yaml").write_text(
        f"runtime: {{name: python, options: {{virtualenv: {environment}}}}}\n"
    )
    return pack
