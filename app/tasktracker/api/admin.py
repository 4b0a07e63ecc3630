"""/api/admin: what the team does by hand, with the admin token."""

from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel
from sqlalchemy import func, select, update

from tasktracker.api.guards import admin
from tasktracker.api.parts import Shared
from tasktracker.contacts import UnreadableContact
from tasktracker.tasks import Status, tasks

router = APIRouter(prefix="/api/admin", tags=["admin"], dependencies=[Depends(admin)])


class Requeued(BaseModel):
    """How many tasks are open; each that the stream doesn't hold is being queued."""

    open: int


class Resealed(BaseModel):
    """How many contacts are encrypted with the first key now."""

    contacts: int


class Contact(BaseModel):
    """How to reach who asked for a task; None if they didn't say."""

    contact: str | None


@router.post("/requeue", status_code=202)
async def requeue(shared: Shared) -> Requeued:
    """Queue all that is open or has failed, as after a restore; what is queued stays single."""
    statement = (
        update(tasks)
        .where(tasks.c.status != Status.DONE)
        .values(status=Status.NEW, queued_at=None, changed_at=func.now())
    )
    async with shared.engine.begin() as connection:
        count = (await connection.execute(statement)).rowcount
    shared.outbox.wake()
    return Requeued(open=count)


@router.post("/reseal")
async def reseal(shared: Shared) -> Resealed:
    """Encrypt every contact with the first key, so that older keys can be dropped."""
    count = 0
    async with shared.engine.begin() as connection:
        rows = await connection.execute(
            select(tasks.c.id, tasks.c.contact)
            .where(tasks.c.contact.is_not(None))
            .with_for_update()
        )
        for row in rows:
            try:
                sealed = shared.contacts.reseal(row.contact)
            except UnreadableContact as fault:
                raise HTTPException(409, f"task {row.id}: {fault}") from None
            await connection.execute(
                update(tasks).where(tasks.c.id == row.id).values(contact=sealed)
            )
            count += 1
    return Resealed(contacts=count)


@router.get("/tasks/{task_id}/contact")
async def contact(task_id: UUID, shared: Shared) -> Contact:
    """The contact of a task, in clear."""
    async with shared.engine.connect() as connection:
        row = (
            await connection.execute(select(tasks.c.contact).where(tasks.c.id == task_id))
        ).one_or_none()
    if row is None:
        raise HTTPException(404, f"no task {task_id}")
    try:
        return Contact(contact=None if row.contact is None else shared.contacts.open(row.contact))
    except UnreadableContact as fault:
        raise HTTPException(409, str(fault)) from None
