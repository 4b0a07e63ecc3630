"""An outbox that does not get rid of what the database holds says so."""

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from taskiq import BrokerMessage
from tasktracker.broker import TaskBroker
from tasktracker.bus import Bus, Disconnected
from tasktracker.outbox import STUCK_AFTER, Outbox, Stuck


class Table:
    """A database in which some tasks wait, as many at every look."""

    def __init__(self, waiting: int) -> None:
        self._rows = [SimpleNamespace(id=uuid.uuid4(), request_id="") for _ in range(waiting)]

    @contextlib.asynccontextmanager
    async def begin(self) -> AsyncIterator["Table"]:
        yield self

    async def execute(self, *_: object) -> SimpleNamespace:
        return SimpleNamespace(all=lambda: self._rows)


class Stream(TaskBroker):
    """A stream that takes the first tasks it is given, and no more."""

    def __init__(self, takes: int) -> None:
        super().__init__(cast(Bus, None))
        self._takes = takes

    async def kick(self, message: BrokerMessage) -> None:
        self._takes -= 1
        if self._takes < 0:
            raise TimeoutError


class Connection:
    """A bus that is connected or not."""

    def __init__(self, connected: bool) -> None:
        self._connected = connected

    @property
    def client(self) -> object:
        if not self._connected:
            raise Disconnected
        return self


def outbox(waiting: int = 0, takes: int = 0, connected: bool = True) -> Outbox:
    bus = cast(Bus, Connection(connected))
    return Outbox(cast(AsyncEngine, Table(waiting)), Stream(takes), bus)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the clock to so many seconds from the start of the test."""
    start = time.monotonic()
    return lambda seconds: monkeypatch.setattr(time, "monotonic", lambda: start + seconds)


def look(box: Outbox) -> None:
    with contextlib.suppress(Disconnected):
        asyncio.run(box.queue_batch())


@pytest.mark.parametrize(("waiting", "takes"), [(0, 0), (3, 3)])
def test_an_outbox_that_queued_all_it_found_is_well(
    waiting: int, takes: int, later: Callable[[float], None]
) -> None:
    box = outbox(waiting, takes)
    later(STUCK_AFTER)
    look(box)
    later(2 * STUCK_AFTER)
    asyncio.run(box.check())


@pytest.mark.parametrize(
    "given",
    [{"waiting": 3, "takes": 2}, {"waiting": 1}, {"connected": False}],
)
def test_an_outbox_that_left_a_task_for_too_long_is_stuck(
    given: dict[str, Any], later: Callable[[float], None]
) -> None:
    box = outbox(**given)
    later(STUCK_AFTER)
    look(box)
    asyncio.run(box.check())
    later(STUCK_AFTER + 1)
    look(box)
    with pytest.raises(Stuck, match="tasks wait to be queued for 31 s"):
        asyncio.run(box.check())


def test_an_outbox_that_never_looked_is_stuck(later: Callable[[float], None]) -> None:
    box = outbox()
    later(STUCK_AFTER + 1)
    with pytest.raises(Stuck):
        asyncio.run(box.check())
