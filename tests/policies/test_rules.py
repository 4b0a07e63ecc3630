"""Every rule's examples through real previews: many resources in one run, no daemon in reach."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from policies.example import container
from policies.finding import Kind
from policies.judge import Judge
from policies.planned import (
    CONTAINER,
    IMAGE,
    REMOTE_COMMAND,
    REMOTE_IMAGE,
    SERVICE,
    Planned,
    Stack,
)
from policies.registry import RULES
from policies.rule import Level, Rule
from policies.values import UNKNOWN
from tests.policies.preview import PACK, Event, Result, Workspace, own_pack

# What the provider asks for before it lets a policy look.
IMAGE_OF_TRIAL = "example/trial:1.2.3"
# The providers built by toolchain/ have neither: their examples are unit tests alone.
TYPES_HERE = {type for rule in RULES for type in rule.applies} - {IMAGE, REMOTE_COMMAND}
# Options that the engine doesn't show to a pack; the guard's tests see them.
UNSEEN = {"healthcheck-changes-replace"}


def registered(rule: Rule, role: str, index: int, subject: Planned) -> Planned:
    """The example as a resource of a program, complete enough for the provider."""
    data: dict[str, Any] = copy.deepcopy(subject.data)
    if subject.type in (CONTAINER, SERVICE):
        task = data.setdefault("taskSpec", {}) if subject.type == SERVICE else {}
        spec = task.setdefault("containerSpec", {}) if subject.type == SERVICE else data
        if isinstance(spec, dict):
            spec.setdefault("image", IMAGE_OF_TRIAL)
            for secret in spec.get("secrets", []):
                secret.setdefault("secretId", "s")
    if subject.type == REMOTE_IMAGE:
        data.setdefault("name", IMAGE_OF_TRIAL)
        data.get("build", {}).setdefault("context", ".")
    # Rules read names too: the example keeps its own at the end.
    name = f"r{RULES.index(rule)}-{role}-{index}-{subject.name}"
    urn = f"{subject.urn.rpartition('::')[0]}::{name}"
    return Planned(subject.type, urn, data, subject.options)


def of(role: str, stack: str) -> Iterator[tuple[Rule, Planned]]:
    """The examples of rules of one resource that belong to a stack."""
    for rule in RULES:
        if rule.applies and rule.id not in UNSEEN:
            for index, subject in enumerate(getattr(rule, role)):
                if subject.type in TYPES_HERE and subject.stack == stack:
                    yield rule, registered(rule, role, index, subject)


def undecided() -> Iterator[tuple[Rule, Planned]]:
    """For each rule an example of its own that an unknown input makes undecided."""
    for rule, subject in [*of("passes", "prod"), *of("fails", "prod")]:
        for key in subject.data:
            data = {**subject.data, key: UNKNOWN}
            unknown = Planned(subject.type, subject.urn, data, subject.options)
            kinds = {finding.kind for finding in Judge([rule]).resource(unknown)}
            if kinds == {Kind.undecided} and key not in ("name", "taskSpec"):
                urn = f"{subject.urn.rpartition('::')[0]}::u{RULES.index(rule)}-{subject.name}"
                yield rule, Planned(subject.type, urn, data, subject.options)
                break


def first_of_each(pairs: Iterator[tuple[Rule, Planned]]) -> list[tuple[Rule, Planned]]:
    found: dict[str, tuple[Rule, Planned]] = {}
    for rule, subject in pairs:
        found.setdefault(rule.id, (rule, subject))
    return list(found.values())


PASSING = list(of("passes", "prod"))
FAILING = list(of("fails", "prod"))
UNDECIDED = first_of_each(undecided())
IN_DEV = [*of("passes", "dev"), *of("fails", "dev")]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("rules"))


@pytest.fixture(scope="module")
def prod(workspace: Workspace) -> Result:
    workspace.plan([subject for _, subject in [*PASSING, *FAILING, *UNDECIDED]])
    return workspace.run("preview", "prod", "--policy-pack", str(PACK))


@pytest.fixture(scope="module")
def dev(workspace: Workspace) -> Result:
    workspace.plan([subject for _, subject in IN_DEV])
    return workspace.run("preview", "dev", "--policy-pack", str(PACK))


def ids(pairs: list[tuple[Rule, Planned]]) -> list[Any]:
    return [pytest.param(rule, subject, id=f"{rule.id}-{subject.name}") for rule, subject in pairs]


def violations(events: list[Event]) -> list[Event]:
    return [event for event in events if "can't be decided" not in event.message]


def test_a_preview_with_violations_fails(prod: Result) -> None:
    assert prod.status != 0
    assert "failed to run policy" not in prod.output


@pytest.mark.parametrize(("rule", "subject"), ids(PASSING))
def test_what_keeps_the_law_passes(prod: Result, rule: Rule, subject: Planned) -> None:
    assert prod.of(rule.id, subject.name) == []
    assert rule.id in prod.passed[subject.name], "it was not looked at"


@pytest.mark.parametrize(("rule", "subject"), ids(FAILING))
def test_what_breaks_the_law_is_reported(prod: Result, rule: Rule, subject: Planned) -> None:
    events = violations(prod.of(rule.id, subject.name))
    assert events, prod.output[-2000:]
    assert {event.level for event in events} == {rule.levels.prod.name}
    assert rule.mend in events[0].message


@pytest.mark.parametrize(("rule", "subject"), ids(UNDECIDED))
def test_what_is_not_known_is_reported(prod: Result, rule: Rule, subject: Planned) -> None:
    events = prod.of(rule.id, subject.name)
    assert events and all("can't be decided at preview" in event.message for event in events)
    assert {event.level for event in events} == {rule.levels.prod.name}


def test_most_rules_are_tried_with_an_unknown_value() -> None:
    assert len(UNDECIDED) > 45


@pytest.mark.parametrize(("rule", "subject"), ids(IN_DEV))
def test_dev_has_its_own_freedom(dev: Result, rule: Rule, subject: Planned) -> None:
    fails = "-fails-" in subject.name
    assert bool(dev.of(rule.id, subject.name)) is fails


def of_stacks(*rules: Rule) -> list[Planned]:
    """Every stack of prod that breaks one of these laws, all in one."""
    return [
        registered(rule, f"stack{index}", place, resource)
        for rule in rules
        for index, stack in enumerate(rule.fails)
        if isinstance(stack, Stack) and stack.environment == "prod"
        for place, resource in enumerate(stack.resources)
    ]


# Their laws are kept by what other examples bring along, or are about what the stack file says,
# so they get a stack of their own.
_ALONE = ("edge-configuration-known", "fits-host", "proven-restore")
ALONE = [rule for rule in RULES if rule.id in _ALONE]
TOGETHER = [rule for rule in RULES if not rule.applies and rule not in ALONE]


@pytest.fixture(scope="module")
def together(workspace: Workspace) -> Result:
    workspace.plan(of_stacks(*TOGETHER))
    return workspace.run("preview", "prod", "--policy-pack", str(PACK))


@pytest.fixture(scope="module")
def alone(workspace: Workspace) -> Result:
    workspace.plan(of_stacks(*ALONE))
    values = ("host.cpus=1", "host.memory=64", "backups.proven.deployed=2020-01-01T00:00:00Z")
    given = [word for value in values for word in ("--config", f"trial:stack.{value}")]
    return workspace.run(
        "preview", "prod-small", "--policy-pack", str(PACK), "--config-path", *given
    )


@pytest.mark.parametrize("rule", TOGETHER, ids=lambda rule: rule.id)
def test_a_law_of_the_stack_is_kept_at_preview(together: Result, rule: Rule) -> None:
    events = [event for event in together.events if event.rule == rule.id]
    assert events, together.output[-2000:]
    assert {event.level for event in events} == {rule.levels.prod.name}


@pytest.mark.parametrize("rule", ALONE, ids=lambda rule: rule.id)
def test_a_law_of_the_stack_is_kept_where_nothing_else_keeps_it(alone: Result, rule: Rule) -> None:
    assert [event.level for event in alone.events if event.rule == rule.id], alone.output[-2000:]


def test_dev_is_mended_where_that_is_safe(workspace: Workspace) -> None:
    workspace.plan([container("loose", "dev", image=IMAGE_OF_TRIAL)])
    result = workspace.run("preview", "dev", "--policy-pack", str(PACK))
    assert {"log-rotation", "require-no-new-privileges"} <= result.passed["loose"]
    assert result.status == 0, result.output


def test_an_exception_is_told_and_lets_the_rest_of_the_rule_stand(tmp_path: Path) -> None:
    pack = own_pack(
        tmp_path,
        exceptions="exceptions: [{rule: no-host-pid, stack: prod, resource: excused, reason: reads "
        "metrics of the host until v2, approver: ops, expires: 2999-01-01}]",
    )
    (tmp_path / "program").mkdir()
    workspace = Workspace(tmp_path / "program")
    given: dict[str, Any] = {"image": IMAGE_OF_TRIAL, "pidMode": "host"}
    workspace.plan([container("excused", **given), container("strict", **given)])
    result = workspace.run("preview", "prod", "--policy-pack", str(pack))
    (excused,) = result.of("no-host-pid", "excused")
    (strict,) = result.of("no-host-pid", "strict")
    assert excused.level == Level.advisory.name and "excused until 2999-01-01" in excused.message
    assert strict.level == Level.mandatory.name
