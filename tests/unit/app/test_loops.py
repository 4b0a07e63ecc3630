"""A loop that ends before its process ends the process."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from tasktracker import loops


async def for_ever() -> None:
    await asyncio.Event().wait()


async def broken() -> None:
    await asyncio.sleep(0)
    raise KeyError("a fault of ours")


async def returns() -> None:
    await asyncio.sleep(0)


async def broken_at_the_end() -> None:
    try:
        await for_ever()
    finally:
        raise OSError("the connection is gone already")


def test_a_block_that_ends_ends_its_loops() -> None:
    async def run() -> int:
        async with loops.running(for_ever(), for_ever(), stop=lambda: None):
            await asyncio.sleep(0)
            assert len(asyncio.all_tasks()) == 3
        return len(asyncio.all_tasks())

    assert asyncio.run(run()) == 1


@pytest.mark.parametrize(("loop", "fault"), [(broken, KeyError), (returns, RuntimeError)])
def test_a_loop_that_ends_stops_the_block_and_its_fault_is_raised(
    loop: Callable[[], Coroutine[Any, Any, None]],
    fault: type[Exception],
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def run() -> None:
        stopped = asyncio.Event()
        async with loops.running(for_ever(), loop(), stop=stopped.set):
            await asyncio.wait_for(stopped.wait(), 5)

    with pytest.raises(fault):
        asyncio.run(run())
    assert [record.message for record in caplog.records] == ["a loop has ended, stopping"]


def test_a_loop_that_fails_while_it_is_ended_is_no_fault() -> None:
    async def run() -> None:
        async with loops.running(broken_at_the_end(), stop=lambda: pytest.fail("stopped")):
            await asyncio.sleep(0)

    asyncio.run(run())
