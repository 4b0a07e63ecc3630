"""The project's own three stacks, previewed for real: they keep every law."""

from __future__ import annotations

import base64
import os
from typing import Any

import pytest
import yaml

from policies.exceptions import read
from policies.planned import WORKLOADS
from policies.registry import RULES
from policies.rule import Level
from tests.policies.preview import PACK, ROOT, Result, Workspace

# What only the stack's own passphrase opens is given here anew, for this preview alone.
GIVEN = {
    "encryption-key": base64.urlsafe_b64encode(os.urandom(32)).decode(),
    "tls-certificate": "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n",
    "tls-key": "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n",
}


def stack_file(stack: str) -> dict[str, Any]:
    """The stack's own file; where it names no images (dev builds them), those of prod."""
    files = {
        name: yaml.safe_load((ROOT / f"Pulumi.{name}.yaml").read_text()) for name in (stack, "prod")
    }
    values = files[stack]["config"]["task-tracker:stack"]
    of_prod = files["prod"]["config"]["task-tracker:stack"]
    for name in ("release", "images"):
        values.setdefault(name, of_prod[name])
    return {"config": {"task-tracker:stack": values}}


@pytest.fixture(scope="module", params=["dev", "staging", "prod"])
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    name = str(request.param)
    folder = tmp_path_factory.mktemp(name)
    workspace = Workspace(folder)
    for entry in ROOT.iterdir():
        if not entry.name.startswith(("Pulumi.", ".git")) or entry.name == "Pulumi.yaml":
            (folder / entry.name).unlink(missing_ok=True)
            (folder / entry.name).symlink_to(entry)
    (folder / f"Pulumi.{name}.yaml").write_text(yaml.safe_dump(stack_file(name)))
    workspace.environment["TASK_TRACKER_PREVIEW_JUDGE"] = "pack"
    for key, value in GIVEN.items():
        workspace.set(name, f"task-tracker:{key}", value)
    return name, workspace.run("preview", name, "--policy-pack", str(PACK))


def test_a_stack_keeps_every_law(stack: tuple[str, Result]) -> None:
    name, result = stack
    blocking = [event for event in result.events if event.level == Level.mandatory.name]
    assert [(event.rule, event.resource) for event in blocking] == []
    assert result.status == 0, result.output[-3000:]


def test_every_mandatory_rule_of_workloads_really_ran(stack: tuple[str, Result]) -> None:
    name, result = stack
    ran = {rule for rules in result.passed.values() for rule in rules}
    expected = {
        rule.id
        for rule in RULES
        if WORKLOADS[0] in rule.applies
        and rule.levels.of(name) is Level.mandatory
        and rule.id != "healthcheck-changes-replace"  # the guard's alone: the pack can't see it
    }
    assert expected - ran == set()


def test_prod_is_excused_nothing() -> None:
    assert [exemption for exemption in read(RULES) if exemption.concerns("prod")] == []
