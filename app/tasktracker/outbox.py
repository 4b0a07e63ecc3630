"""Queues each task that the database holds open: what was accepted is processed, whatever fails.

A request only writes its row. This loop queues it a moment later, at once if it is woken, and marks
the row when the stream has it on disk. If NATS is away it tries again; if the stream has lost a
task that it once had, the task is queued again after REQUEUE_AFTER.
"""

import asyncio
import contextlib
import logging
import time
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from taskiq.exceptions import SendTaskError
from taskiq.kicker import AsyncKicker

from tasktracker.broker import TaskBroker
from tasktracker.bus import Bus, Disconnected
from tasktracker.logs import FIELDS
from tasktracker.metrics import QUEUED

logger = logging.getLogger(__name__)

BATCH = 100
EVERY = 2.0  # seconds between two looks at the table
REQUEUE_AFTER = "5 minutes"
STUCK_AFTER = 30.0  # seconds; a server that does not answer is told by its own name long before
PROCESS = "process"  # the name of the worker's task

# Locked rows are another process's turn.
_WAITING = text(
    """
    SELECT id, request_id FROM tasks
    WHERE status = 'new'
      AND (queued_at IS NULL OR queued_at < now() - CAST(:requeue_after AS interval))
    ORDER BY created_at LIMIT :batch FOR UPDATE SKIP LOCKED
    """
).bindparams(bindparam("requeue_after", REQUEUE_AFTER), bindparam("batch", BATCH))
_QUEUED = text("UPDATE tasks SET queued_at = now() WHERE id = ANY(:ids)")


class Stuck(Exception):
    """What the database holds open could not be queued for too long."""


class Outbox:
    """The loop of one process; several of them share the work."""

    def __init__(self, engine: AsyncEngine, broker: TaskBroker, bus: Bus) -> None:
        self._engine = engine
        self._broker = broker
        self._bus = bus
        self._woken = asyncio.Event()
        self._well_at = time.monotonic()

    async def check(self) -> None:
        """Raise Stuck if no look at the table queued all that it found for STUCK_AFTER seconds."""
        age = time.monotonic() - self._well_at
        if age > STUCK_AFTER:
            raise Stuck(f"tasks wait to be queued for {age:.0f} s")

    def wake(self) -> None:
        """Look at the table now: a task was written."""
        self._woken.set()

    async def run(self) -> None:
        """Queue tasks until cancelled."""
        while True:
            self._woken.clear()
            try:
                while await self.queue_batch() == BATCH:
                    pass
            except Disconnected:
                pass  # the bus has said so, and connects again
            except (SQLAlchemyError, OSError, TimeoutError) as fault:
                logger.warning("cannot queue tasks now", extra={FIELDS: {"cause": repr(fault)}})
                await asyncio.sleep(EVERY)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await self._woken.wait()

    async def queue_batch(self) -> int:
        """Queue up to BATCH waiting tasks and mark them; the number of those that are queued.

        Raises Disconnected before it touches the database if NATS is away.
        """
        _ = self._bus.client
        async with self._engine.begin() as connection:
            rows = (await connection.execute(_WAITING)).all()
            confirmed = await asyncio.gather(*(self._queue(row.id, row.request_id) for row in rows))
            queued = [row.id for row, done in zip(rows, confirmed, strict=True) if done]
            if queued:
                await connection.execute(_QUEUED, {"ids": queued})
        if len(queued) == len(rows):
            self._well_at = time.monotonic()
        QUEUED.inc(len(queued))
        return len(queued)

    async def _queue(self, task_id: UUID, request_id: str) -> bool:
        kicker: AsyncKicker[..., None] = AsyncKicker(PROCESS, self._broker, {})
        try:
            await kicker.with_task_id(str(task_id)).with_labels(request_id=request_id).kiq()
        except SendTaskError as fault:
            fields = {"task": str(task_id), "cause": repr(fault.__cause__)}
            logger.warning("task not queued, will be tried again", extra={FIELDS: fields})
            return False
        return True
