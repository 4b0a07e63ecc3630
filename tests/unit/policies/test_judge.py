"""What becomes of what rules find."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from policies.configuration import Configuration
from policies.example import container, service
from policies.exceptions import Exemption
from policies.finding import Finding, Kind
from policies.inputs import Undecided
from policies.judge import Judge
from policies.planned import CONTAINER, Planned, Stack
from policies.rule import ALWAYS, DEPLOYED, MENDED_IN_DEV, Config, Level, Levels, Rule, Severity
from policies.values import UNKNOWN

TODAY = date(2026, 1, 1)
STACK = "urn:pulumi:prod::p::pulumi:pulumi:Stack::s"


def rule(check: Any, levels: Levels = ALWAYS, **given: Any) -> Rule:
    return Rule(
        id="law",
        title="A law",
        severity=Severity.high,
        frameworks=("house",),
        why="why",
        mend="Mend it.",
        levels=levels,
        check=check,
        **{"applies": (CONTAINER,), **given},
    )


def wants_image(resource: Planned, _: Config) -> Iterator[str]:
    if not resource.image:
        yield "no image"


def raises(resource: Planned, _: Config) -> Iterator[str]:
    raise KeyError(resource.image)


def exemption(**given: Any) -> Exemption:
    return Exemption.model_validate(
        {
            "rule": "law",
            "stack": "prod*",
            "resource": "example",
            "reason": "waits for a release",
            "approver": "ops",
            "expires": TODAY,
            **given,
        }
    )


def one(found: Iterator[Finding]) -> Finding:
    (finding,) = found
    return finding


def test_a_violation_tells_fact_mend_and_page() -> None:
    found = one(Judge([rule(wants_image)]).resource(container()))
    assert found.message == "no image. Mend it. (docs/rules.md#law)"
    assert found.blocks


@pytest.mark.parametrize(
    ("stack", "level"),
    [
        ("dev", Level.advisory),
        ("dev-t1", Level.advisory),
        ("staging", Level.mandatory),
        ("prod-eu", Level.mandatory),
        ("production", Level.mandatory),
        ("", Level.mandatory),
    ],
)
def test_the_level_is_that_of_the_environment_and_prods_for_a_stranger(
    stack: str, level: Level
) -> None:
    found = one(Judge([rule(wants_image, DEPLOYED)]).resource(container(stack=stack)))
    assert found.level is level


@pytest.mark.parametrize(("stack", "blocks"), [("dev", False), ("staging", True), ("prod", True)])
def test_what_is_not_known_blocks_outside_dev(stack: str, blocks: bool) -> None:
    found = one(Judge([rule(wants_image)]).resource(container(stack=stack, image=UNKNOWN)))
    assert found.kind is Kind.undecided
    assert found.blocks is blocks
    assert found.fact.startswith("can't be decided at preview: image isn't known; make it known")


def test_a_rule_goes_on_behind_an_unknown_it_yields() -> None:
    def check(_: Planned, __: Config) -> Iterator[str | Undecided]:
        yield Undecided("envs[0]")
        yield "and a fact"

    kinds = [finding.kind for finding in Judge([rule(check)]).resource(container())]
    assert kinds == [Kind.undecided, Kind.violation]


def test_a_rule_that_raises_is_a_failure_of_its_own_and_tells_no_input() -> None:
    found = one(Judge([rule(raises, DEPLOYED)]).resource(container(stack="dev", image="s3cret")))
    assert found.kind is Kind.broken and found.blocks
    assert found.fact.startswith("the rule itself failed (KeyError at test_judge.py:")
    assert "s3cret" not in found.message


def test_what_can_be_mended_in_dev_is_told_by_the_guard_and_insisted_on_by_the_pack() -> None:
    mended = rule(wants_image, MENDED_IN_DEV)
    assert not one(Judge([mended]).resource(container(stack="dev"))).blocks
    assert one(Judge([mended], mends=True).resource(container(stack="dev"))).blocks


def test_a_configured_level_tightens_and_never_loosens() -> None:
    def level(given: Level, stack: str) -> Level:
        judge = Judge([rule(wants_image, DEPLOYED)], Configuration(levels={"law": given}))
        return one(judge.resource(container(stack=stack))).level

    assert level(Level.mandatory, "dev") is Level.mandatory
    assert level(Level.disabled, "prod") is Level.mandatory


def test_an_exempt_resource_is_outside_the_rule() -> None:
    judge = Judge([rule(wants_image, exempt=lambda resource: "a job")])
    assert list(judge.resource(container())) == []
    assert list(judge.outside(container())) == [("law", "a job")]
    assert list(judge.outside(service())) == [("law", "of another type")]


def test_a_rule_that_cannot_tell_whether_a_resource_is_exempt_looks_at_it() -> None:
    def exempt(resource: Planned) -> str | None:
        raise Undecided("mustRun")

    assert one(Judge([rule(wants_image, exempt=exempt)]).resource(container())).blocks


def test_an_exception_holds_to_its_last_day() -> None:
    judge = Judge([rule(wants_image)], exemptions=[exemption()], today=TODAY)
    found = one(judge.resource(container()))
    assert found.kind is Kind.excused and not found.blocks
    assert "excused until 2026-01-01 (0 days left), approved by ops: waits" in found.message


def test_an_expired_exception_is_a_failure() -> None:
    judge = Judge([rule(wants_image)], exemptions=[exemption()], today=TODAY + timedelta(1))
    found = one(judge.resource(container()))
    assert found.blocks
    assert "its exception expired on 2026-01-01" in found.message


def test_an_exception_of_another_stack_excuses_nothing() -> None:
    judge = Judge([rule(wants_image)], exemptions=[exemption(stack="dev")], today=TODAY)
    assert one(judge.resource(container())).blocks


def test_an_exception_excuses_what_a_rule_of_the_stack_finds_on_a_resource() -> None:
    def check(stack: Stack, _: Config) -> Iterator[Any]:
        yield stack.resources[0], "flat"

    judge = Judge([rule(check, applies=())], exemptions=[exemption()], today=TODAY)
    list(judge.resource(container()))
    assert one(judge.stack("prod", STACK)).kind is Kind.excused


def test_an_exception_that_meets_no_resource_is_a_failure() -> None:
    judge = Judge([rule(wants_image)], exemptions=[exemption(resource="gone")], today=TODAY)
    list(judge.resource(container(image="a")))
    found = one(judge.stack("prod", STACK))
    assert found.blocks and "the exception for 'gone' meets no resource" in found.message


def test_an_exception_nobody_needs_is_told() -> None:
    judge = Judge([rule(wants_image)], exemptions=[exemption()], today=TODAY)
    list(judge.resource(container(image="a")))
    found = one(judge.stack("prod", STACK))
    assert not found.blocks and "isn't needed any more" in found.message


def test_a_mandatory_rule_that_decided_on_nothing_is_a_failure() -> None:
    judge = Judge([rule(wants_image)])
    for number in range(2):
        list(judge.resource(container(f"c{number}", image=UNKNOWN)))
    found = one(judge.stack("prod", STACK))
    assert found.blocks and "decided on none of the 2 resources it concerns" in found.message


def test_a_rule_without_a_resource_to_look_at_is_covered() -> None:
    assert list(Judge([rule(wants_image)]).stack("prod", STACK)) == []


def test_rules_of_the_stack_see_every_resource_and_the_stacks_settings() -> None:
    def check(stack: Stack, _: Config) -> Iterator[str]:
        yield f"{len(stack.resources)} {stack.settings['host']}"

    judge = Judge([rule(check, applies=())])
    judge.settings = {"host": "h"}
    list(judge.resource(container("a")))
    list(judge.resource(container("b")))
    found = one(judge.stack("prod", STACK))
    assert (found.fact, found.urn) == ("2 h", STACK)
