"""Constructor arguments as plain data."""

from __future__ import annotations

import asyncio
from typing import Any

import pulumi
import pulumi_docker as docker

from policies.constructed import raw, urn_of
from policies.values import UNKNOWN, Secret


def in_a_loop(check: Any) -> None:
    async def run() -> None:
        await check()

    asyncio.run(run())


def test_a_child_of_the_stack_has_its_own_type_alone() -> None:
    stack = "urn:pulumi:prod::p::pulumi:pulumi:Stack::p-prod"
    assert urn_of(stack, "a:b:C", "c").endswith("::a:b:C::c")
    assert urn_of("", "a:b:C", "c").endswith("::a:b:C::c")


def test_a_child_of_a_component_carries_its_parents_type() -> None:
    parent = "urn:pulumi:prod::p::t:x:Outer$t:x:Inner::inner"
    assert urn_of(parent, "a:b:C", "c").endswith("::t:x:Outer$t:x:Inner$a:b:C::c")


def test_arguments_of_a_class_and_of_a_dictionary_read_alike() -> None:
    typed = docker.ContainerPortArgs(internal=80, ip="127.0.0.1")
    assert raw([typed, {"internal": 80, "ip": "127.0.0.1", "external": None}]) == [
        {"internal": 80, "ip": "127.0.0.1"},
        {"internal": 80, "ip": "127.0.0.1"},
    ]


def test_an_output_is_unknown_until_it_has_come() -> None:
    async def check() -> None:
        value: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        late: pulumi.Output[str] = pulumi.Output.from_input(value)
        secret = pulumi.Output.secret("b")
        assert raw({"x": late}) == {"x": UNKNOWN}
        value.set_result("a")
        await late.future()
        await secret.future()
        assert raw([late, secret]) == ["a", "b"]
        assert isinstance(raw(secret), Secret)

    in_a_loop(check)
