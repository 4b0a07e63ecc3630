"""Inputs no program should have: a rule decides or says that it can't, and never fails."""

from __future__ import annotations

import copy
import math
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest

from policies.example import edge
from policies.example import stack as stack_of
from policies.finding import Kind
from policies.judge import Judge
from policies.planned import Planned, Stack
from policies.registry import RULES
from policies.values import UNKNOWN, Secret

# What the provider lets pass anywhere, and what it may refuse.
ACCEPTED: tuple[Any, ...] = (
    None,
    UNKNOWN,
    "",
    [],
    {},
    Secret("x"),
    "x",
    0,
    -1,
    True,
    [None],
    [UNKNOWN],
)
STRANGE: tuple[Any, ...] = (
    *ACCEPTED,
    *({"a": None}, {"a": UNKNOWN}, {"a": {"b": [1]}}, [[]], [{}], [1, "a", None], "0x1f", "-----"),
    *("/", "a" * 3000, 1.5, "\x00", math.inf, math.nan, ["CMD"]),
    *(10**400, 10**5000),  # more than a float, and more than a text, may hold
)
EXAMPLES = [
    resource
    for rule in RULES
    for subject in (*rule.passes, *rule.fails)
    for resource in (subject.resources if isinstance(subject, Stack) else [subject])
]
TEXTS = [
    str(upload["content"])
    for resource in EXAMPLES
    for upload in resource.data.get("uploads") or ()
    if isinstance(upload.get("content"), str)
]


def places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = dict(enumerate(value)) if isinstance(value, list) else value
    for key, item in inner.items() if isinstance(inner, dict) else ():
        yield (*above, key)
        yield from places(item, (*above, key))


def spoilt(resource: Planned, chance: random.Random) -> Planned:
    """The same resource with a few of its values replaced by others, of any kind."""
    data = copy.deepcopy(resource.data)
    for _ in range(chance.choice((1, 1, 2, 4))):
        where = list(places(data))
        if where:
            *above, last = chance.choice(where)
            here: Any = data
            for key in above:
                here = here[key]
            here[last] = copy.deepcopy(chance.choice(STRANGE))
    return Planned(resource.type, resource.urn, data, resource.options)


def broken(stack: Stack) -> set[str]:
    judge = Judge(RULES)
    judge.settings = stack.settings
    found = [finding for resource in stack.resources for finding in judge.resource(resource)]
    found += judge.stack(stack.name, "")
    return {f"{f.rule.id}: {f.fact}" for f in found if f.kind is Kind.broken}


@pytest.mark.parametrize("seed", range(12))
def test_no_rule_fails_on_values_of_any_kind(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(50):
        chosen = chance.sample(EXAMPLES, 6)
        stack = stack_of(*(spoilt(resource, chance) for resource in chosen))
        assert broken(stack) == set(), [resource.data for resource in stack.resources]


@pytest.mark.parametrize("seed", range(6))
def test_no_rule_fails_on_texts_of_any_form(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(40):
        words = re.findall(r"\s+|[;{}]|[^\s;{}]+", chance.choice(TEXTS))
        for _ in range(chance.randrange(1, 6)):
            place = chance.randrange(len(words))
            words[place] = chance.choice(["", ";", "{", "}", '"', "$x", "#", ">", *words])
        assert broken(stack_of(edge("".join(words)))) == set(), "".join(words)


@pytest.mark.parametrize("value", [v for v in ACCEPTED if v is not None], ids=repr)
@pytest.mark.parametrize("key", ["image", "user", "memory", "ports", "volumes", "healthcheck"])
def test_every_input_may_be_any_accepted_value(key: str, value: Any) -> None:
    for resource in EXAMPLES:
        if key in resource.data:
            data = {**resource.data, key: value}
            changed = Planned(resource.type, resource.urn, data, resource.options)
            assert broken(stack_of(changed)) == set()
