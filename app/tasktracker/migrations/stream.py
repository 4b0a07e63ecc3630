"""The stream of tasks and the workers' consumer; safe to run any number of times."""

import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)

from tasktracker.settings import Nats
from tasktracker.subjects import ACK_WAIT, CONSUMER, NEW_TASKS, STREAM

# NATS' code of "stream name already in use with a different configuration".
IN_USE = 10058

TASKS = StreamConfig(
    name=STREAM,
    subjects=[NEW_TASKS],
    storage=StorageType.FILE,
    retention=RetentionPolicy.WORK_QUEUE,
    # One message per subject, a second one is refused: a task that is held is not queued twice.
    max_msgs_per_subject=1,
    discard=DiscardPolicy.NEW,
    discard_new_per_subject=True,
)

WORKERS = ConsumerConfig(
    name=CONSUMER,
    durable_name=CONSUMER,
    filter_subject=NEW_TASKS,
    ack_policy=AckPolicy.EXPLICIT,
    ack_wait=ACK_WAIT,
    max_deliver=-1,
    max_ack_pending=1000,
)


class StreamError(Exception):
    """The stream can't be set up; the message says why and what to do."""


async def apply(context: JetStreamContext) -> None:
    """Create the stream and the consumer or change them to what is written above."""
    try:
        await context.add_stream(TASKS)
    except nats.js.errors.APIError as refused:
        if refused.err_code != IN_USE:
            raise
        await context.update_stream(TASKS)
    await context.add_consumer(STREAM, WORKERS)


async def set_up(settings: Nats) -> None:
    """Connect once, apply, leave. Raises StreamError."""
    faults: list[Exception] = []

    async def note(fault: Exception) -> None:
        faults.append(fault)

    client = Client()
    try:
        await client.connect(
            settings.nats_url,
            user=settings.nats_user,
            password=settings.nats_password.get_secret_value(),
            name="migrations",
            inbox_prefix=f"_INBOX.{settings.nats_user}",
            error_cb=note,
            allow_reconnect=False,
            connect_timeout=5,
            max_reconnect_attempts=1,
            reconnect_time_wait=0,
        )
        await apply(client.jetstream(timeout=5))
    except (OSError, TimeoutError, nats.errors.Error) as fault:
        causes = "; ".join(dict.fromkeys(str(cause) or repr(cause) for cause in [*faults, fault]))
        raise StreamError(
            f"stream {STREAM} at {settings.nats_url}: {causes}; NATS must be up with JetStream, "
            f"and user {settings.nats_user!r} needs the rights of nats-permissions.json"
        ) from fault
    finally:
        await client.close()
