"""Files under policies/ and flags that can't be used: every fault is told, and the exit isn't 0."""

from __future__ import annotations

from pathlib import Path

import pytest

from policies.example import container
from tests.policies.preview import PACK, Result, Workspace, own_pack

EXCEPTIONS = """
exceptions:
  - {rule: no-privilegd, stack: prod, resource: api, reason: needs it for now, approver: ops,
     expires: 2999-01-01}
  - {rule: no-privileged, stack: prod, resource: api, reason: short, approver: ops,
     expires: 2999-01-01}
  - {rule: no-privileged, stack: prod, resource: api, reason: needs it for now, approver: ops,
     expires: soon}
  - {rule: no-privileged, resource: api, reason: needs it for now, approver: ops, until: never}
  - no-privileged
exemptions: []
"""
FAULTS = (
    "exceptions[0].rule: no such rule: no-privilegd",
    "exceptions[1].reason: String should have at least 10 characters",
    "exceptions[2].expires: Input should be a valid date",
    "exceptions[3].stack: Field required",
    "exceptions[3].until: Extra inputs are not permitted",
    "exceptions[4].: Input should be a valid dictionary",
    "exemptions: no such key",
)
EXPIRED = """
exceptions:
  - {rule: no-host-pid, stack: prod, resource: old, reason: reads the host, approver: ops,
     expires: 2020-01-01}
  - {rule: no-host-pid, stack: prod, resource: gone, reason: reads the host, approver: ops,
     expires: 2999-01-01}
"""
CONFIG = """
no-privilegd: {}
allowed-registries: {allowed: docker.io}
fits-host: [1]
no-host-devices: {alowed: []}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    folder = tmp_path / "program"
    folder.mkdir()
    made = Workspace(folder)
    made.plan([container("old", image="example/trial:1.2.3", pidMode="host")])
    return made


def previewed(workspace: Workspace, pack: Path, *more: str) -> Result:
    result = workspace.run("preview", "prod", "--policy-pack", str(pack), *more)
    assert result.status != 0, "it went on"
    assert "Traceback" not in result.output
    return result


def test_every_fault_of_the_exceptions_is_told(workspace: Workspace, tmp_path: Path) -> None:
    output = previewed(workspace, own_pack(tmp_path, exceptions=EXCEPTIONS)).output
    assert [fault for fault in FAULTS if fault not in output] == [], output
    assert "exceptions.yaml" in output


def test_every_fault_of_the_configuration_is_told(workspace: Workspace, tmp_path: Path) -> None:
    output = previewed(workspace, own_pack(tmp_path, config=CONFIG)).output
    for fault in (
        "config.yaml: no-privilegd: no such rule",
        "allowed-registries.allowed: Input should be a valid tuple",
        "fits-host: must be a mapping",
        "no-host-devices.alowed: Extra inputs are not permitted",
    ):
        assert fault in output


def test_a_file_that_is_no_yaml_is_named(workspace: Workspace, tmp_path: Path) -> None:
    output = previewed(workspace, own_pack(tmp_path, config="a: [")).output
    assert "config.yaml: not readable as YAML" in output


def test_an_expired_exception_and_one_of_nothing_are_failures(
    workspace: Workspace, tmp_path: Path
) -> None:
    result = previewed(workspace, own_pack(tmp_path, exceptions=EXPIRED))
    messages = " ".join(event.message for event in result.events if event.rule == "no-host-pid")
    assert "its exception expired on 2020-01-01" in messages
    assert "the exception for 'gone' meets no resource: remove it" in messages


@pytest.mark.parametrize(
    ("flag", "told"),
    [
        ("{", "unexpected end of JSON input"),
        ("[]", "cannot unmarshal array"),
        ('{"no-privilegd": "mandatory"}', "no-privilegd: no such rule"),
        ('{"no-privileged": {"spare": 1}}', "no-privileged.spare: Extra inputs"),
        ('{"no-privileged": {"enforcementLevel": "often"}}', "not a valid enforcement level"),
    ],
)
def test_a_flag_that_can_not_be_read_stops_the_preview(
    workspace: Workspace, tmp_path: Path, flag: str, told: str
) -> None:
    (tmp_path / "flag.json").write_text(flag)
    result = previewed(workspace, PACK, "--policy-pack-config", str(tmp_path / "flag.json"))
    assert told in result.output


def test_the_guard_tells_the_same_faults(workspace: Workspace, tmp_path: Path) -> None:
    pack = own_pack(tmp_path, exceptions=EXCEPTIONS)
    workspace.environment["PYTHONPATH"] = str(pack.parent)
    program = "from policies import guard\nguard.install()\n"
    (workspace.folder / "__main__.py").write_text(program)
    result = workspace.run("preview", "prod")
    assert result.status != 0 and "Traceback" not in result.output
    assert [fault for fault in FAULTS if fault not in result.output] == [], result.output
