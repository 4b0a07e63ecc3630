"""What a worker does with one task: find its kind and its vector, write them, tell it."""

import logging
import time
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from tasktracker.analysis import classify, embed
from tasktracker.bus import Bus
from tasktracker.logs import FIELDS
from tasktracker.metrics import PROCESS_SECONDS, PROCESSED
from tasktracker.tasks import SHOWN, Status, Task, tasks

logger = logging.getLogger(__name__)


def outcome(task: Task) -> dict[str, object]:
    """The columns a task gets. A text that can't be read fails here and now: no retry helps."""
    content = f"{task.title}\n{task.description}"
    try:
        return {"status": Status.DONE, "kind": classify(content), "embedding": embed(content)}
    except Exception:
        logger.exception("task cannot be read", extra={FIELDS: {"task": str(task.id)}})
        return {"status": Status.FAILED}


async def process(task_id: UUID, engine: AsyncEngine, bus: Bus) -> None:
    """Process a task once, however often it is delivered. Raises if the database doesn't answer."""
    started = time.perf_counter()
    async with engine.begin() as connection:
        row = (await connection.execute(select(*SHOWN).where(tasks.c.id == task_id))).one_or_none()
        if row is None:
            # The database was set back to a time before this task; the stream was not.
            logger.warning("no such task, dropped", extra={FIELDS: {"task": str(task_id)}})
            return
        task = Task.model_validate(row)
        if task.status is Status.NEW:
            done = (
                update(tasks)
                .where(tasks.c.id == task_id, tasks.c.status == Status.NEW)
                .values(**outcome(task), changed_at=func.now())
                .returning(*SHOWN)
            )
            changed = (await connection.execute(done)).one_or_none()
            task = Task.model_validate(changed) if changed is not None else task
    # Told on a second delivery too: the first may have ended between the commit and this line.
    await bus.tell(task)
    taken = time.perf_counter() - started
    PROCESSED.labels(task.status).inc()
    PROCESS_SECONDS.observe(taken)
    fields = {"task": str(task_id), "status": task.status, "duration_ms": round(taken * 1000, 1)}
    logger.info("task processed", extra={FIELDS: fields})
