"""Services of the shapes people really write, as containers of prod: what the rules say of each."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.finding import Kind
from policies.planned import CONTAINER, Stack
from policies.rule import Level
from tests.policies.compose import inputs, resources
from tests.policies.mutants import judged
from tests.policies.preview import PACK, Result, Workspace

FILE = yaml.safe_load(Path(__file__).with_name("compose_services.yaml").read_text())
SERVICES: dict[str, Any] = FILE["services"]
STACK = Stack("prod", tuple(resources(FILE)))
# What a service leaves out unless somebody thought of it.
USUAL = {
    *("non-root-user", "read-only-root-filesystem", "drop-all-capabilities"),
    *("require-no-new-privileges", "require-memory-limit", "require-cpu-limit"),
    *("require-reservations", "require-healthcheck", "restart-policy", "stop-gracefully"),
    *("log-rotation", "require-labels", "pin-image-digest", "user-defined-network"),
}
# What the helper's file can't say, being about options of a resource and not of a service.
OF_PULUMI = {"create-before-replace", "wait-for-health", "healthcheck-changes-replace"}


def expected(service: dict[str, Any]) -> set[str]:
    if "x-breaks" not in service:
        return set()
    return (USUAL - set(service.get("x-keeps", ()))) | set(service["x-breaks"])


@pytest.fixture(scope="module")
def found() -> dict[str, set[str]]:
    """The rules that block each service."""
    by_name: dict[str, set[str]] = defaultdict(set)
    for finding in judged(STACK):
        assert finding.kind is not Kind.broken, finding.message
        if finding.blocks and finding.rule.id not in OF_PULUMI:
            by_name[finding.urn.rpartition("::")[2]].add(finding.rule.id)
    return by_name


@pytest.fixture(scope="module")
def previewed(tmp_path_factory: pytest.TempPathFactory) -> Result:
    workspace = Workspace(tmp_path_factory.mktemp("compose"))
    workspace.plan(STACK.resources)
    return workspace.run("preview", "prod", "--policy-pack", str(PACK))


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_breaks_the_rules_one_would_expect(found: dict[str, set[str]], name: str) -> None:
    assert found[name] == expected(SERVICES[name])


@pytest.mark.parametrize("name", SERVICES)
def test_a_real_preview_says_the_same(
    found: dict[str, set[str]], previewed: Result, name: str
) -> None:
    blocking = {
        event.rule
        for event in previewed.events
        if event.resource == name and event.level == Level.mandatory.name
    }
    assert blocking - OF_PULUMI == found[name], previewed.output[-2000:]


def test_no_rule_fails_on_any_of_them(previewed: Result) -> None:
    assert "the rule itself failed" not in previewed.output
    assert "failed to run policy" not in previewed.output


def test_there_are_many_of_them_and_they_are_containers() -> None:
    assert len(SERVICES) >= 20
    assert {r.name for r in STACK.of(CONTAINER)} == set(SERVICES)


@pytest.mark.parametrize(
    ("short", "ports"),
    [
        ("80", [(80, None, None, "tcp")]),
        (8080, [(8080, None, None, "tcp")]),
        ("8080:80", [(80, 8080, None, "tcp")]),
        ("127.0.0.1:5432:5432", [(5432, 5432, "127.0.0.1", "tcp")]),
        ("127.0.0.1::5432", [(5432, None, "127.0.0.1", "tcp")]),
        ("[::1]:6001:6001/udp", [(6001, 6001, "::1", "udp")]),
        ("3000-3001:4000-4001", [(4000, 3000, None, "tcp"), (4001, 3001, None, "tcp")]),
        ({"target": 80, "published": 8080}, [(80, 8080, None, "tcp")]),
    ],
)
def test_ports_are_read_in_every_form(short: Any, ports: list[tuple[Any, ...]]) -> None:
    read = inputs({"image": "x", "ports": [short]})["ports"]
    assert [(p["internal"], p.get("external"), p.get("ip"), p["protocol"]) for p in read] == ports


@pytest.mark.parametrize(
    ("short", "volume"),
    [
        ("/data", {"containerPath": "/data"}),
        ("named:/data", {"volumeName": "named", "containerPath": "/data", "readOnly": False}),
        ("/a:/b:ro", {"hostPath": "/a", "containerPath": "/b", "readOnly": True}),
        ("./a:/b:ro,z", {"hostPath": "/home/project/a", "containerPath": "/b", "readOnly": True}),
    ],
)
def test_volumes_are_read_in_every_form(short: str, volume: dict[str, Any]) -> None:
    assert inputs({"volumes": [short]})["volumes"] == [volume]


def test_a_tmpfs_keeps_its_size() -> None:
    entry = {"type": "tmpfs", "target": "/tmp", "tmpfs": {"size": "64m"}}
    (mount,) = inputs({"volumes": [entry]})["mounts"]
    assert mount["tmpfsOptions"] == {"sizeBytes": 64 * 2**20}
