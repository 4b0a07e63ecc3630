"""Real previews of small programs, with no Docker daemon in reach."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from policies.planned import Planned
from policies.values import UNKNOWN, Secret

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "policies"

# A program that registers what plan.json lists, as the engine names it.
PROGRAM = """
import json, pathlib, pulumi, pulumi_docker as docker

host = docker.Provider("host", host="unix:///nonexistent.sock", disable_docker_daemon_check=True)

def decoded(value):
    if isinstance(value, dict) and value.keys() == {"unknown"}:
        return unknown
    if isinstance(value, dict) and value.keys() == {"secret"}:
        return pulumi.Output.secret(value["secret"])
    if isinstance(value, dict):
        return {key: decoded(item) for key, item in value.items()}
    return [decoded(item) for item in value] if isinstance(value, list) else value

unknown = docker.Network("unknown", internal=True, opts=pulumi.ResourceOptions(provider=host)).id
made = {}
for entry in json.loads(pathlib.Path("plan.json").read_text()):
    opts = {**entry["opts"], "depends_on": [made[urn] for urn in entry["after"]]}
    if entry["type"].startswith("docker:"):
        opts["provider"] = host
    made[entry["urn"]] = pulumi.CustomResource(
        entry["type"], entry["name"], decoded(entry["inputs"]), pulumi.ResourceOptions(**opts)
    )
"""


@dataclass(frozen=True)
class Event:
    """One thing a policy reported."""

    rule: str
    resource: str
    level: str
    message: str


@dataclass(frozen=True)
class Result:
    """How a preview ended."""

    status: int
    output: str
    events: tuple[Event, ...]
    passed: Mapping[str, frozenset[str]]

    def of(self, rule: str, resource: str) -> list[Event]:
        return [e for e in self.events if (e.rule, e.resource) == (rule, resource)]


class Workspace:
    """A folder with a program and a state of its own."""

    def __init__(self, folder: Path, program: str = PROGRAM) -> None:
        self.folder = folder
        (folder / "Pulumi.yaml").write_text(
            "name: trial\nruntime:\n  name: python\n"
            f"  options: {{virtualenv: {Path(sys.executable).parent.parent}}}\n"
        )
        (folder / "__main__.py").write_text(program)
        (folder / "state").mkdir()
        self.environment = {
            **os.environ,
            "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "trial",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "1",
            "PULUMI_DEBUG_COMMANDS": "true",
            "DOCKER_HOST": "unix:///nonexistent.sock",
            "PYTHONPATH": str(ROOT),
        }

    def plan(self, resources: Sequence[Planned]) -> None:
        """The resources the standard program registers, each behind those it depends on."""
        listed = {resource.urn: resource for resource in resources}
        after = {
            urn: [needed for needed in dict.fromkeys(resource.dependencies) if needed in listed]
            for urn, resource in listed.items()
        }
        entries = [
            {
                "urn": resource.urn,
                "after": after[resource.urn],
                "type": resource.type,
                "name": resource.name,
                "inputs": _encoded(resource.data),
                "opts": {
                    "protect": resource.options.protect,
                    "delete_before_replace": resource.options.delete_before_replace,
                },
            }
            for resource in (listed[urn] for urn in TopologicalSorter(after).static_order())
        ]
        (self.folder / "plan.json").write_text(json.dumps(entries))

    def run(self, command: str, stack: str, *arguments: str) -> Result:
        """`pulumi COMMAND` on a stack, made when it isn't there."""
        self._pulumi("stack", "select", "--create", stack)
        log = self.folder / "events.json"
        log.unlink(missing_ok=True)
        done = self._pulumi(command, "--stack", stack, "--event-log", str(log), *arguments)
        lines = log.read_text().splitlines() if log.exists() else []
        events = [json.loads(line) for line in lines]
        reported = [event["policyEvent"] for event in events if "policyEvent" in event]
        return Result(
            done.returncode,
            done.stdout + done.stderr,
            tuple(_event(event) for event in reported),
            _passed(events),
        )

    def set(self, stack: str, key: str, value: str) -> None:
        """Give a stack a secret, through stdin as a person would."""
        self._pulumi("stack", "select", "--create", stack)
        done = self._pulumi("config", "set", "--secret", key, "--stack", stack, stdin=value)
        assert done.returncode == 0, done.stderr

    def _pulumi(
        self, *arguments: str, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        pulumi = shutil.which("pulumi")
        assert pulumi, "pulumi is not on PATH: run the tests by `make test`"
        return subprocess.run(
            [pulumi, *arguments, "--non-interactive"],
            cwd=self.folder,
            env=self.environment,
            input=stdin,
            text=True,
            capture_output=True,
            timeout=300,
            check=False,
        )


def own_pack(folder: Path, **files: str) -> Path:
    """A copy of the pack with files of its own (`exceptions`, `config`), named without suffix."""
    pack = folder / "policies"
    shutil.copytree(PACK, pack, ignore=shutil.ignore_patterns("__pycache__"))
    project = (pack / "PulumiPolicy.yaml").read_text()
    own = project.replace("../.venv", str(Path(sys.executable).parent.parent))
    (pack / "PulumiPolicy.yaml").write_text(own)
    for name, text in files.items():
        (pack / f"{name}.yaml").write_text(text)
    return pack


def _encoded(value: Any) -> Any:
    """What JSON can't say, in the way PROGRAM reads it."""
    if value is UNKNOWN:
        return {"unknown": True}
    if isinstance(value, Secret):
        return {"secret": str(value)}
    if isinstance(value, Mapping):
        return {key: _encoded(item) for key, item in value.items()}
    return [_encoded(item) for item in value] if isinstance(value, list) else value


def _event(event: Mapping[str, Any]) -> Event:
    name = event.get("resourceUrn", "").rpartition("::")[2]
    return Event(event["policyName"], name, event["enforcementLevel"], event["message"])


def _passed(events: Sequence[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """The rules that passed, by resource."""
    found = {}
    for event in events:
        if summary := event.get("policyAnalyzeSummaryEvent"):
            name = summary["resourceUrn"].rpartition("::")[2]
            found[name] = frozenset(summary.get("passed") or ())
    return found
