"""One connection to NATS that comes back for ever."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import nats.errors
from nats.aio.client import Client

from tasktracker.logs import FIELDS, HEADER, request_id
from tasktracker.settings import Nats
from tasktracker.subjects import change
from tasktracker.tasks import Task

logger = logging.getLogger(__name__)

RETRY = 1.0  # seconds between two attempts to connect
PING_EVERY = 5  # seconds; two unanswered pings end the connection, so a frozen server is noticed
ANSWER_TIMEOUT = 2  # seconds


class Disconnected(Exception):
    """NATS can't be reached now; the connection is being made again in the background."""


class Bus:
    """The connection of one process. `on_connect` runs once for every new client."""

    def __init__(
        self,
        settings: Nats,
        service: str,
        on_connect: Callable[[Client], Awaitable[None]] | None = None,
    ) -> None:
        self._settings = settings
        self._service = service
        self._on_connect = on_connect
        self._client: Client | None = None

    @property
    def client(self) -> Client:
        """The connected client. Raises Disconnected."""
        if self._client is None or not self._client.is_connected:
            raise Disconnected(f"no connection to {self._settings.nats_url}")
        return self._client

    async def run(self) -> None:
        """Stay connected until cancelled.

        The client reconnects by itself, except after an error of the protocol or of its rights,
        which closes it for good: then a new client takes its place.
        """
        while True:
            closed = asyncio.Event()
            client = Client()
            try:
                await self._connect(client, closed)
                if self._on_connect is not None:
                    await self._on_connect(client)
                self._client = client
                logger.info("connected to NATS")
                await closed.wait()
                logger.warning("the connection to NATS was closed, connecting anew")
            except (OSError, TimeoutError, nats.errors.Error) as fault:
                logger.warning("cannot use NATS", extra={FIELDS: {"cause": repr(fault)}})
            finally:
                self._client = None
                await client.close()
            await asyncio.sleep(RETRY)

    async def _connect(self, client: Client, closed: asyncio.Event) -> None:
        async def log(fault: Exception) -> None:
            logger.warning("NATS error", extra={FIELDS: {"cause": repr(fault)}})

        async def on_closed() -> None:
            closed.set()

        await client.connect(
            self._settings.nats_url,
            user=self._settings.nats_user,
            password=self._settings.nats_password.get_secret_value(),
            name=self._service,
            # Replies go where this user alone may listen.
            inbox_prefix=f"_INBOX.{self._settings.nats_user}",
            error_cb=log,
            closed_cb=on_closed,
            connect_timeout=5,
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            ping_interval=PING_EVERY,
            max_outstanding_pings=2,
        )

    async def ping(self) -> None:
        """Raise if NATS doesn't answer.

        The client's own timeout is kept longer than a frozen server's connection lives: a late
        answer to a flush that has timed out ends the client's reading (nats-py 2.16,
        `_process_pong`), and it would stay deaf until the connection is found stale.
        """
        flush = asyncio.create_task(self.client.flush(timeout=12 * PING_EVERY))
        flush.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        done, _ = await asyncio.wait({flush}, timeout=ANSWER_TIMEOUT)
        if not done:
            raise TimeoutError
        flush.result()

    async def tell(self, task: Task) -> None:
        """Tell who listens now that a task has changed; what is missed is read from the API."""
        try:
            await self.client.publish(
                change(str(task.id)),
                task.model_dump_json().encode(),
                headers={HEADER: request_id.get()},
            )
        except (Disconnected, nats.errors.Error) as fault:
            logger.warning("change not told", extra={FIELDS: {"cause": repr(fault)}})
