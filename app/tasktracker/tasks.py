"""The table of tasks, and how a task looks to everybody outside."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pgvector.sqlalchemy import VECTOR
from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)

from tasktracker.analysis import DIMENSIONS, Kind

metadata = MetaData()

_NOW = text("now()")

tasks = Table(
    "tasks",
    metadata,
    # Version 7: ids grow with time, so the list is paged by id.
    Column("id", Uuid, primary_key=True, server_default=text("uuidv7()")),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("contact", LargeBinary),  # encrypted; see tasktracker.contacts
    Column("status", Text, nullable=False, server_default="new"),
    Column("kind", Text),
    Column("embedding", VECTOR(DIMENSIONS)),
    Column("request_id", Text, nullable=False, server_default=""),
    Column("idempotency_key", Text, unique=True),  # what its client calls the request that made it
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("queued_at", DateTime(timezone=True)),  # when the stream said that it holds the task
)


class Status(StrEnum):
    """How far a task is: `new` until a worker is `done` with it or has `failed` to read it."""

    NEW = "new"
    DONE = "done"
    FAILED = "failed"


class Task(BaseModel):
    """A task as the API, the WebSocket and the events show it."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)

    id: UUID
    title: str
    description: str
    status: Status
    kind: Kind | None
    created_at: datetime
    changed_at: datetime


SHOWN: list[ColumnElement[object]] = [tasks.c[name] for name in Task.model_fields]
