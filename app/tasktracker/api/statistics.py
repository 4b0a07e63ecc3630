"""/api/statistics: how many tasks there are, and how long the oldest waits."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlalchemy import func, select

from tasktracker.api.guards import reader
from tasktracker.api.parts import Shared
from tasktracker.tasks import Status, tasks

router = APIRouter(tags=["statistics"], dependencies=[Depends(reader)])


class Statistics(BaseModel):
    """Counts, and the age in seconds of the oldest task that is still new (None if none is)."""

    total: int
    by_status: dict[str, int]
    by_kind: dict[str, int]
    oldest_new_seconds: float | None


@router.get("/api/statistics")
async def statistics(shared: Shared) -> Statistics:
    """The figures of now."""
    counts = select(tasks.c.status, tasks.c.kind, func.count().label("tasks")).group_by(
        tasks.c.status, tasks.c.kind
    )
    age = func.extract("epoch", func.now() - func.min(tasks.c.created_at))
    async with shared.engine.connect() as connection:
        rows = (await connection.execute(counts)).all()
        oldest = await connection.scalar(select(age).where(tasks.c.status == Status.NEW))
    by_status = dict.fromkeys(Status, 0)
    by_kind: dict[str, int] = {}
    for row in rows:
        by_status[row.status] += row.tasks
        if row.kind is not None:
            by_kind[row.kind] = by_kind.get(row.kind, 0) + row.tasks
    return Statistics(
        total=sum(by_status.values()),
        by_status={status.value: count for status, count in by_status.items()},
        by_kind=by_kind,
        oldest_new_seconds=None if oldest is None else float(oldest),
    )
