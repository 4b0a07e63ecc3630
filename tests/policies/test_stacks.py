"""The project's own three stacks, previewed for real: they keep every law."""

from __future__ import annotations

from pathlib import Path

import pytest

from policies.exceptions import read
from policies.planned import WORKLOADS
from policies.registry import RULES
from policies.rule import Level
from tests.policies.conftest import PlanOf
from tests.policies.plan import Plan, of_project


@pytest.fixture(params=["dev", "staging", "prod"])
def stack(request: pytest.FixtureRequest, plan_of: PlanOf) -> Plan:
    return plan_of(str(request.param))


def test_a_stack_keeps_every_law(stack: Plan) -> None:
    events = stack.result.events
    blocking = [(e.rule, e.resource) for e in events if e.level == Level.mandatory.name]
    assert blocking == []
    assert stack.result.status == 0, stack.result.output[-3000:]


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_guard_alone_finds_nothing_either(name: str, tmp_path: Path) -> None:
    """It knows less of a plan than the pack, and must not take that for a fault."""
    result = of_project(name, tmp_path).run("preview", name)
    assert "policy " not in result.output and result.status == 0, result.output[-3000:]


def test_nothing_is_left_to_advise(stack: Plan) -> None:
    assert [(event.rule, event.resource) for event in stack.result.events] == []


def test_every_mandatory_rule_of_workloads_really_ran(stack: Plan) -> None:
    ran = {rule for rules in stack.result.passed.values() for rule in rules}
    expected = {
        rule.id
        for rule in RULES
        if WORKLOADS[0] in rule.applies
        and rule.levels.of(stack.stack.name) is Level.mandatory
        and rule.id != "healthcheck-changes-replace"  # the guard's alone: the pack can't see it
    }
    assert expected - ran == set()


def test_prod_is_excused_nothing() -> None:
    assert [exemption for exemption in read(RULES) if exemption.concerns("prod")] == []
