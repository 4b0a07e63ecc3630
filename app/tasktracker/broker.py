"""TaskIQ's tasks on one JetStream stream.

A broker of our own, because the published ones make streams and consumers at start-up, a right
that only migrations have here, and end with the connection they started with.

Each task has a subject of its own and the stream keeps one message per subject, so what the
stream holds, waiting or in a worker's hands, can't be queued twice, however long ago it was.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncGenerator
from functools import partial

import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from taskiq import AckableMessage, AsyncBroker, BrokerMessage

from tasktracker.bus import ANSWER_TIMEOUT, Bus, Disconnected
from tasktracker.logs import FIELDS, HEADER
from tasktracker.subjects import NEXT_TASK, STREAM, new_task

logger = logging.getLogger(__name__)

# NATS' code of "maximum messages per subject exceeded" (server/errors.json).
HELD = 10077
PULL_SECONDS = 1  # how long the stream keeps a pull open; a stop waits for it to end
RETRY = 1.0  # seconds until the next attempt to pull, after one that failed
RETRY_TASK = 2.0  # seconds
STUCK_AFTER = 30.0  # seconds without a pull; above TASK_TIMEOUT, as busy workers don't pull


class Stuck(Exception):
    """The loop that pulls tasks has not had an answer for too long."""


class TaskBroker(AsyncBroker):
    """Queues tasks, and pulls them one by one from the durable consumer."""

    def __init__(self, bus: Bus) -> None:
        super().__init__()
        self._bus = bus
        self._pulled_at = time.monotonic()
        self._held: dict[str, Msg] = {}  # by subject: what this process works on

    @property
    def pull_age(self) -> float:
        """Seconds since the stream last answered a pull, with a task or with none."""
        return time.monotonic() - self._pulled_at

    async def check(self) -> None:
        """Raise Stuck if nothing was pulled for STUCK_AFTER seconds."""
        if self.pull_age > STUCK_AFTER:
            raise Stuck(f"the stream has not answered a pull for {self.pull_age:.0f} s")

    async def kick(self, message: BrokerMessage) -> None:
        """Queue a task unless the stream holds it. Returns when that is on disk.

        Raises Disconnected, nats.errors.TimeoutError, nats.js.errors.Error: then it may or may
        not be queued, and queueing it again is safe.
        """
        try:
            await self._bus.client.jetstream().publish(
                new_task(message.task_id),
                message.message,
                stream=STREAM,
                timeout=ANSWER_TIMEOUT,
                headers={HEADER: str(message.labels.get("request_id", ""))},
            )
        except nats.js.errors.APIError as refused:
            if refused.err_code != HELD:
                raise

    async def listen(self) -> AsyncGenerator[AckableMessage, None]:
        """Tasks, for ever, over every loss of the connection."""
        while True:
            try:
                async with contextlib.aclosing(self._pull_from(self._bus.client)) as messages:
                    async for message in messages:
                        self._held[message.subject] = message
                        yield AckableMessage(data=message.data, ack=partial(self._done, message))
            except Disconnected:
                pass  # the bus has said so, and connects again
            except (TimeoutError, OSError, nats.errors.Error) as fault:
                logger.warning("cannot pull tasks", extra={FIELDS: {"cause": repr(fault)}})
            await asyncio.sleep(RETRY)

    async def _done(self, message: Msg) -> None:
        self._held.pop(message.subject, None)
        await message.ack()

    async def again(self, task_id: str) -> None:
        """Give a task that failed on the way back, for RETRY_TASK seconds, not for ACK_WAIT."""
        message = self._held.pop(new_task(task_id), None)
        if message is not None:
            with contextlib.suppress(nats.errors.Error):
                await message.nak(delay=RETRY_TASK)

    async def _pull_from(self, client: Client) -> AsyncGenerator[Msg, None]:
        inbox = client.new_inbox()
        answers = await client.subscribe(inbox)
        request = json.dumps({"batch": 1, "expires": PULL_SECONDS * 1_000_000_000}).encode()
        try:
            while client.is_connected:
                await client.publish(NEXT_TASK, request, reply=inbox)
                try:
                    message = await _answer(answers)
                except asyncio.CancelledError:
                    await _give_back(answers)
                    raise
                self._pulled_at = time.monotonic()
                if message is not None:
                    yield message
        finally:
            with contextlib.suppress(nats.errors.Error):
                await answers.unsubscribe()


async def _answer(answers: Subscription) -> Msg | None:
    """A task, or None if none came. Raises TimeoutError, nats.js.errors.APIError."""
    message = await answers.next_msg(timeout=PULL_SECONDS + 1)
    status = (message.headers or {}).get("Status")
    if status is None:
        return message
    if status in ("404", "408"):
        return None
    raise nats.js.errors.APIError.from_msg(message)


async def _give_back(answers: Subscription) -> None:
    """Await the answer to the last pull: its task is another worker's, now and not in ACK_WAIT."""
    with contextlib.suppress(TimeoutError, nats.errors.Error):
        message = await _answer(answers)
        if message is not None:
            await message.nak()
