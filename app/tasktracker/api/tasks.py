"""/api/tasks: create, list, get, search."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, HTTPException, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import Float, select
from sqlalchemy.dialects.postgresql import insert

from tasktracker import logs
from tasktracker.analysis import embed
from tasktracker.api.parts import Shared
from tasktracker.metrics import CREATED
from tasktracker.tasks import SHOWN, Task, tasks

router = APIRouter(prefix="/api/tasks", tags=["tasks"])

# Postgres has no NUL in its texts.
NO_NUL = r"^[^\x00]*$"
Title = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=NO_NUL),
]
Limit = Annotated[int, Query(ge=1, le=200)]
# The header of the IETF's draft; printable ASCII, as a log or another client may show it.
IDEMPOTENCY_KEY = "Idempotency-Key"
Key = Annotated[
    str | None,
    Header(alias=IDEMPOTENCY_KEY, min_length=1, max_length=255, pattern="^[!-~]*$"),
]
MOST_FOUND = 40  # the index looks at so many neighbours (hnsw.ef_search), more are not found


class NewTask(BaseModel):
    """What a client sends to create a task."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    title: Title
    description: str = Field("", max_length=10_000, pattern=NO_NUL)
    contact: str | None = Field(None, min_length=1, max_length=320, pattern=NO_NUL)


class Page(BaseModel):
    """Tasks, newest first; `next` is the `before` of the page after this one."""

    tasks: list[Task]
    next: UUID | None


class Match(Task):
    """A task found by a search; `score` is the cosine of the angle: 1 is the same, 0 unrelated."""

    score: float


class Matches(BaseModel):
    """Found tasks, the most alike first."""

    tasks: list[Match]


@router.post("", status_code=201)
async def create(new: NewTask, shared: Shared, response: Response, key: Key = None) -> Task:
    """Write a task. Once this answers, the task is kept and will be processed.

    A client that got no answer sends the request again with the key it had, and gets the task that
    the first one made, if it did.
    """
    contact = None if new.contact is None else shared.contacts.seal(new.contact)
    statement = (
        insert(tasks)
        .values(
            title=new.title,
            description=new.description,
            contact=contact,
            request_id=logs.request_id.get(),
            idempotency_key=key,
        )
        .on_conflict_do_nothing(index_elements=[tasks.c.idempotency_key])
        .returning(*SHOWN)
    )
    async with shared.engine.begin() as connection:
        row = (await connection.execute(statement)).one_or_none()
        if made := row is not None:
            task = Task.model_validate(row)
        else:
            earlier = select(*SHOWN).where(tasks.c.idempotency_key == key)
            task = Task.model_validate((await connection.execute(earlier)).one())
    if made:
        CREATED.inc()
        shared.outbox.wake()
        await shared.bus.tell(task)
    elif (task.title, task.description) != (new.title, new.description):
        fault = "it was used for another task; take a new one for this"
        raise HTTPException(
            422, [{"loc": ["header", IDEMPOTENCY_KEY], "msg": fault, "type": "value_error"}]
        )
    response.headers["Location"] = f"/api/tasks/{task.id}"
    return task


@router.get("")
async def page(shared: Shared, limit: Limit = 50, before: UUID | None = None) -> Page:
    """A page of tasks, newest first."""
    statement = select(*SHOWN).order_by(tasks.c.id.desc()).limit(limit + 1)
    if before is not None:
        statement = statement.where(tasks.c.id < before)
    async with shared.engine.connect() as connection:
        rows = (await connection.execute(statement)).all()
    found = [Task.model_validate(row) for row in rows[:limit]]
    return Page(tasks=found, next=found[-1].id if len(rows) > limit else None)


@router.get("/search")
async def search(
    shared: Shared,
    q: Annotated[str, Query(min_length=1, max_length=1000, pattern=NO_NUL)],
    limit: Annotated[int, Query(ge=1, le=MOST_FOUND)] = 10,
) -> Matches:
    """The tasks whose text is most like `q`."""
    distance = tasks.c.embedding.op("<=>", return_type=Float)(embed(q))
    statement = (
        select(*SHOWN, (1 - distance).label("score"))
        .where(tasks.c.embedding.is_not(None))
        .order_by(distance)
        .limit(limit)
    )
    async with shared.engine.connect() as connection:
        rows = (await connection.execute(statement)).all()
    return Matches(tasks=[Match.model_validate(row) for row in rows])


@router.get("/{task_id}")
async def get(task_id: UUID, shared: Shared) -> Task:
    """One task."""
    statement = select(*SHOWN).where(tasks.c.id == task_id)
    async with shared.engine.connect() as connection:
        row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise HTTPException(404, f"no task {task_id}")
    return Task.model_validate(row)
