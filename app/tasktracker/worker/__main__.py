"""`python -m tasktracker.worker`: pulls tasks until SIGTERM, then finishes what it holds."""

import asyncio
import contextlib
import logging
import signal
from typing import Annotated
from uuid import UUID

from taskiq import Context, TaskiqDepends, TaskiqMessage, TaskiqMiddleware
from taskiq.acks import AcknowledgeType
from taskiq.receiver import Receiver

from tasktracker import database, health, logs, loops
from tasktracker.broker import TaskBroker
from tasktracker.bus import ANSWER_TIMEOUT, Bus, Disconnected
from tasktracker.environment import from_environment
from tasktracker.metrics import PULL_AGE
from tasktracker.outbox import PROCESS
from tasktracker.settings import Worker
from tasktracker.subjects import TASK_TIMEOUT
from tasktracker.worker.process import process

logger = logging.getLogger("tasktracker.worker")

FINISH_TIMEOUT = 25.0  # seconds; the container is killed 30 s after SIGTERM


class RequestIds(TaskiqMiddleware):
    """Gives the log lines of a task the id of the request that made it."""

    def pre_execute(self, message: TaskiqMessage) -> TaskiqMessage:
        logs.request_id.set(str(message.labels.get("request_id", "")))
        return message


async def run(settings: Worker) -> None:
    """Work until SIGTERM or SIGINT."""
    engine = database.connect(settings, "worker")
    bus = Bus(settings, "worker")
    broker = TaskBroker(bus)
    broker.is_worker_process = True
    broker.add_middlewares(RequestIds())
    PULL_AGE.set_function(lambda: broker.pull_age)

    # Acknowledged by hand, at the end: what fails on the way stays in the stream and comes again.
    @broker.task(task_name=PROCESS, timeout=TASK_TIMEOUT)
    async def task(context: Annotated[Context, TaskiqDepends()]) -> None:
        try:
            await process(UUID(context.message.task_id), engine, bus)
        except BaseException:
            await broker.again(context.message.task_id)
            raise
        await context.ack()

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    checks = {
        "database": lambda: database.ping(engine),
        "nats": bus.ping,
        "loop": broker.check,
    }
    server = await health.serve(settings.port, checks)
    receiver = Receiver(
        broker,
        max_async_tasks=settings.worker_concurrency,
        ack_type=AcknowledgeType.MANUAL,
        wait_tasks_timeout=FINISH_TIMEOUT,
    )
    logger.info("started")
    try:
        async with loops.running(bus.run(), stop=stop.set):
            try:
                await receiver.listen(stop)
            finally:
                with contextlib.suppress(Disconnected, TimeoutError):
                    await bus.client.flush(timeout=ANSWER_TIMEOUT)  # acknowledgements are out
    finally:
        await server.cleanup()
        await engine.dispose()
    logger.info("stopped")


def main() -> None:
    settings = from_environment(Worker)
    logs.start("worker", settings.release, settings.log_level)
    asyncio.run(run(settings))


if __name__ == "__main__":
    main()
