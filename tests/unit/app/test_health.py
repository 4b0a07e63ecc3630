"""A report names each check, asks them all at once and waits for none too long."""

import asyncio

import pytest
from tasktracker import health


async def well() -> None:
    return


async def broken() -> None:
    raise ConnectionRefusedError("secret address")


async def frozen() -> None:
    await asyncio.Event().wait()


def test_all_well_is_well() -> None:
    assert asyncio.run(health.report({"one": well, "two": well})) == (
        True,
        {"one": "ok", "two": "ok"},
    )


def test_a_fault_is_named_by_its_kind_alone() -> None:
    found = asyncio.run(health.report({"one": well, "two": broken}))
    assert found == (False, {"one": "ok", "two": "ConnectionRefusedError"})


def test_what_does_not_answer_is_red_and_holds_up_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health, "ANSWER_TIMEOUT", 0.01)
    report = asyncio.wait_for(health.report({"one": frozen, "two": well}), 5)
    found = asyncio.run(report)
    assert found == (False, {"one": "no answer within 0 s", "two": "ok"})
