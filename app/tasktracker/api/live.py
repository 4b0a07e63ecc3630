"""Who listens to changes now: every one of them gets every change, or is asked to come back."""

import asyncio
import contextlib
from collections.abc import Iterator

from nats.aio.client import Client
from nats.aio.msg import Msg

from tasktracker.metrics import LISTENERS
from tasktracker.subjects import CHANGES

BACKLOG = 100  # changes; who is further behind reads the list anew


class Listener:
    """One WebSocket's changes, as JSON texts, in order."""

    def __init__(self) -> None:
        self.changes: asyncio.Queue[str] = asyncio.Queue(BACKLOG)
        self.too_slow = asyncio.Event()


class Hub:
    """Hands each change that NATS tells to every listener of this process."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()

    async def subscribe(self, client: Client) -> None:
        """Hear the changes of all tasks through this client."""

        async def hear(message: Msg) -> None:
            self.tell(message.data.decode())

        await client.subscribe(CHANGES, cb=hear)

    def tell(self, change: str) -> None:
        """Queue a change for every listener; never waits for a slow one."""
        for listener in self._listeners:
            try:
                listener.changes.put_nowait(change)
            except asyncio.QueueFull:
                listener.too_slow.set()

    @contextlib.contextmanager
    def listener(self) -> Iterator[Listener]:
        """A listener, for as long as the block runs."""
        listener = Listener()
        self._listeners.add(listener)
        LISTENERS.inc()
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
            LISTENERS.dec()
