"""The schema of the stack files is the one of the settings, and says what they say."""

from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from ops.schema import FILE, schema, text
from stack_file import GIVEN_SECRETS
from tests.unit.stack_files import ENVIRONMENTS, ROOT

SECURE = {"secure": "v1:abc"}


def faults(file: dict[str, Any]) -> list[str]:
    return [
        f"{'.'.join(str(part) for part in error.absolute_path)}: {error.message}"
        for error in Draft202012Validator(schema()).iter_errors(file)
    ]


def prod() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "Pulumi.prod.yaml").read_text())
    return found


def test_the_committed_schema_is_current() -> None:
    assert FILE.read_text() == text(), "the settings have changed: run make schema"


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_committed_stack_file_is_valid_and_names_it(environment: str) -> None:
    written = (ROOT / f"Pulumi.{environment}.yaml").read_text()
    assert faults(yaml.safe_load(written)) == []
    modeline = written.splitlines()[0]
    assert modeline == "# yaml-language-server: $schema=schema/stack-file.json"
    assert FILE == ROOT / "schema" / "stack-file.json"


def test_what_pulumi_adds_to_a_stack_file_is_valid() -> None:
    file = prod() | {"encryptionsalt": "v1:abc"}
    file["config"] |= {f"task-tracker:{name}": SECURE for name in GIVEN_SECRETS}
    file["config"]["docker:host"] = "unix:///run/docker.sock"
    assert faults(file) == []


def test_a_secret_in_clear_is_a_fault() -> None:
    file = prod()
    file["config"]["task-tracker:encryption-key"] = "clear"
    assert faults(file) == ["config.task-tracker:encryption-key: 'clear' is not of type 'object'"]


def test_a_misspelled_key_is_a_fault_at_every_depth() -> None:
    file = prod()
    file["config"]["task-tracker:encription-key"] = SECURE
    file["config"]["task-tracker:stack"]["api"]["replica"] = 2
    found = faults(file)
    assert len(found) == 2
    assert any("'replica' was unexpected" in fault for fault in found)


@pytest.mark.parametrize(("replicas", "fault"), [(0, "minimum"), ("2", "not of type 'integer'")])
def test_ranges_and_types_are_those_of_the_settings(replicas: object, fault: str) -> None:
    file = prod()
    file["config"]["task-tracker:stack"]["api"]["replicas"] = replicas
    (found,) = faults(file)
    assert found.startswith("config.task-tracker:stack.api.replicas: ") and fault in found
