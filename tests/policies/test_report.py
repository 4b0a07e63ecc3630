"""The report of prod from a real preview, with no Docker engine in reach."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from ops.preview_report import event_log
from ops.preview_report.report import Allowed, build
from policies import configuration, exceptions
from policies.registry import RULES
from tests.live import stacks
from tests.live.pulumi_stack import ROOT, PulumiStack
from tests.policies.conftest import PlanOf
from tests.unit.certificates import pair

CANARY = "canary-of-the-bucket-0123"


@pytest.fixture(scope="module")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PulumiStack]:
    """The committed prod stack file with secrets of a test; its host is in nobody's reach."""
    folder = tmp_path_factory.mktemp("prod")
    secrets = {
        "encryption-key": stacks.fernet_key(),
        "backup-passphrase": stacks.fernet_key(),
        "s3-access-key": CANARY,
        "s3-secret-key": CANARY,
        **pair().secrets,
    }
    values = stacks.committed("prod") | {"prefix": "task-tracker-report"}
    yield PulumiStack("prod-report", values, secrets, folder / "stack")


def report(stack: PulumiStack, *more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "ops.report", "--stack", stack.name, "--directory",
         str(stack.folder), *more],
        cwd=ROOT, env={**stack.environment, "DOCKER_HOST": "unix:///nowhere.sock"},
        text=True, capture_output=True,
    )  # fmt: skip


def test_prod_can_be_deployed_and_every_finding_is_told(prod: PulumiStack, tmp_path: Path) -> None:
    done = report(prod, "--output", str(tmp_path))
    text = (tmp_path / "report.md").read_text()
    assert done.returncode == 0, text + done.stderr
    assert "✅ **It can be deployed.**" in text
    found = json.loads((tmp_path / "report.json").read_text())
    assert found["findings"] == [], "prod has findings"
    assert found["exceptions"] == [], "prod has exceptions"
    ran = [each["rule"] for each in found["coverage"] if each["passed"]]
    assert len(ran) > 60, f"only {len(ran)} mandatory rules met anything: {ran}"
    assert found["picture_after"].startswith("flowchart LR")
    sarif = json.loads((tmp_path / "report.sarif").read_text())
    assert sarif["runs"][0]["results"] == []
    written = "".join(file.read_text() for file in tmp_path.iterdir()) + done.stdout + done.stderr
    assert CANARY not in written, "a secret is in the report"
    assert "PRIVATE KEY" not in written


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_every_mandatory_rule_runs_on_all_it_is_about(plan_of: PlanOf, name: str) -> None:
    preview = event_log.read(plan_of(name).log)
    values, today = configuration.read(RULES), date.today()
    found = build(name, preview, RULES, exceptions.read(RULES), Allowed(), today, values)
    differ = [each for each in found.coverage if each.passed + each.failed != each.due]
    assert not differ
    assert found.allowed, found.refusals


def test_a_violation_refuses_the_deploy_and_says_how_to_mend_it(prod: PulumiStack) -> None:
    images = prod.values["images"]
    good = images["api"]
    images["api"] = good.replace("registry.example.org", "images.example.net")
    prod.write()
    try:
        done = report(prod)
    finally:
        images["api"] = good
        prod.write()
    assert done.returncode == 1
    assert "⛔ **It can't be deployed:**" in done.stdout
    assert "[allowed-registries](docs/rules.md#allowed-registries)" in done.stdout
    assert "add its registry to the rule's configuration" in done.stdout


def test_a_stack_that_is_not_there_is_said_to_be_missing(prod: PulumiStack) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ops.report", "--stack", "prod-nowhere",
         "--directory", str(prod.folder)],
        cwd=ROOT, env=prod.environment, text=True, capture_output=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert "report:" in done.stderr
    assert "Traceback" not in done.stderr
