"""Loops that run as long as their process does: if one ends before, so does the process."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from tasktracker.logs import FIELDS

logger = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def running(
    *loops: Coroutine[Any, Any, None], stop: Callable[[], object]
) -> AsyncIterator[None]:
    """Run loops while the block runs; calls `stop`, which has to end the block, if one ends before.

    Raises the fault that a loop ended by: a process that goes on without one would look well and do
    half its work, and one that ends is started anew.
    """

    faults: list[BaseException] = []

    def ended(task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        fault = task.exception() or RuntimeError("it has returned")
        logger.critical("a loop has ended, stopping", extra={FIELDS: {"cause": repr(fault)}})
        faults.append(fault)
        stop()

    tasks = [asyncio.create_task(loop) for loop in loops]
    for task in tasks:
        task.add_done_callback(ended)
    try:
        yield
    finally:
        for task in tasks:
            task.remove_done_callback(ended)  # from here on they are meant to end
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for fault in faults:
        raise fault
