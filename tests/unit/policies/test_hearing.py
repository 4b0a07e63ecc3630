"""The guard's judge: beside the engine in a preview, and told of each resource once."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest

from policies import hearing
from policies.example import container
from policies.hearing import Beside, Hearing
from policies.judge import Judge
from policies.planned import Planned
from tests.unit.policies.test_judge import rule
from tests.unit.stack_files import ROOT

STACK = "urn:pulumi:prod::p::pulumi:pulumi:Stack::s"


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the resources that were judged, by a rule that finds each of them wrong."""
    names: list[str] = []

    def check(resource: Planned, _: Any) -> Iterator[str]:
        names.append(resource.name)
        yield "wrong"

    monkeypatch.setattr(hearing, "appoint", lambda: Judge([rule(check)]))
    monkeypatch.setattr(pulumi, "get_stack", lambda: "prod")
    return names


def heard(beside: Beside, *resources: Planned) -> Hearing:
    for resource in resources:
        beside.resource(resource)

    async def end() -> Hearing:
        beside.begin()
        beside.resource(container("last", "prod", image="x"))
        return await beside.end()

    return asyncio.run(end())


def test_what_registers_before_the_program_ends_is_judged_in_its_turn(judged: list[str]) -> None:
    found = heard(Beside(), container("first", "prod", image="x")).stack(STACK, False, {})
    assert judged == ["first", "last"]
    assert [finding.fact for finding in found] == ["wrong", "wrong"]


def test_a_resource_that_comes_again_as_it_was_is_judged_once(judged: list[str]) -> None:
    whole = Hearing()
    assert len(whole.resource(container("one", "prod", image="x"))) == 1
    assert whole.resource(container("one", "prod", image="x")) == ()
    assert len(whole.resource(container("one", "prod", image="x", privileged=True))) == 1
    assert judged == ["one", "one"]
    assert len(whole.stack(STACK, False, {})) == 1, "the shape that it has in the end counts"


def test_what_ends_the_judge_ends_the_preview(monkeypatch: pytest.MonkeyPatch) -> None:
    def appoint() -> Judge:
        raise RuntimeError("config.yaml: not readable")

    monkeypatch.setattr(hearing, "appoint", appoint)
    with pytest.raises(RuntimeError, match=r"config\.yaml: not readable"):
        heard(Beside())


def test_the_rules_are_not_imported_until_the_program_waits() -> None:
    look = "import sys; from policies import guard; print('policies.registry' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, text=True, capture_output=True)
    assert done.stdout + done.stderr == "False\n"
