"""docs/networks.md shows the networks of the project's own three stacks as they are."""

import json
from pathlib import Path

import pytest

import settings
from task_tracker import TaskTracker
from tests.unit.recorder import Recorder
from tests.unit.stack_files import BUILT, ENVIRONMENTS, ROOT, SECRETS, stack_object

PAGE = ROOT / "docs" / "networks.md"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_page_shows_the_networks_of_each_stack(
    environment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = tmp_path / "built.json"
    built.write_text(json.dumps({"release": "sha-0123abc", "images": BUILT}))
    monkeypatch.setattr(settings, "BUILT_IMAGES", built)
    made: list[TaskTracker] = []
    config = {"stack": json.dumps(stack_object(environment))}
    secrets = {} if environment == "dev" else SECRETS
    Recorder().run(
        lambda: made.append(TaskTracker("task-tracker", settings.read())),
        environment,
        config,
        secrets,
    )
    section = f"## {environment}\n\n```mermaid\n{made[0].outputs['picture']}```\n"
    assert section in PAGE.read_text(), (
        f"docs/networks.md is not current; it should have\n{section}"
    )
