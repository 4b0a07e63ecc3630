"""The worker's loop is stuck when the stream has not answered a pull for too long."""

import asyncio
import time
from typing import cast

import pytest
from tasktracker.broker import STUCK_AFTER, Stuck, TaskBroker
from tasktracker.bus import Bus
from tasktracker.subjects import ACK_WAIT, TASK_TIMEOUT


def test_a_loop_that_pulled_lately_is_well_and_one_that_did_not_is_stuck(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broker = TaskBroker(cast(Bus, None))
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + STUCK_AFTER - 1)
    asyncio.run(broker.check())
    monkeypatch.setattr(time, "monotonic", lambda: now + STUCK_AFTER + 1)
    with pytest.raises(Stuck, match="the stream has not answered a pull for 31 s"):
        asyncio.run(broker.check())


def test_a_busy_worker_is_not_taken_for_stuck_nor_its_tasks_given_to_two() -> None:
    assert TASK_TIMEOUT < ACK_WAIT
    assert TASK_TIMEOUT < STUCK_AFTER
