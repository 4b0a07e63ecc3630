"""The application that each server process runs."""

import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.types import ASGIApp

from tasktracker import database, logs, loops
from tasktracker.api import admin, socket, state, statistics, tasks
from tasktracker.api.live import Hub
from tasktracker.api.parts import Parts
from tasktracker.api.requests import Requests
from tasktracker.broker import TaskBroker
from tasktracker.bus import Bus
from tasktracker.contacts import Contacts
from tasktracker.environment import from_environment
from tasktracker.logs import FIELDS
from tasktracker.outbox import Outbox
from tasktracker.settings import Api

logger = logging.getLogger("tasktracker.api")


def create() -> ASGIApp:
    """What uvicorn loads: the application of this process's environment."""
    settings = from_environment(Api)
    logs.start("api", settings.release, settings.log_level)
    return application(settings)


def application(settings: Api) -> ASGIApp:
    """The whole api for these settings."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        engine = database.connect(settings, "api")
        hub = Hub()
        bus = Bus(settings, "api", on_connect=hub.subscribe)
        outbox = Outbox(engine, TaskBroker(bus), bus)
        contacts = Contacts(settings.encryption_key)
        app.state.parts = Parts(settings, engine, bus, outbox, hub, contacts)
        try:
            async with loops.running(bus.run(), outbox.run(), stop=end_process):
                yield
        finally:
            await engine.dispose()

    # No pages of documentation: theirs load scripts from elsewhere, which our pages must not.
    app = FastAPI(
        title="Task Tracker",
        version=settings.release,
        lifespan=life,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        # It would lead to http, as the edge ends TLS and this process sees none.
        redirect_slashes=False,
    )
    for room in (state, tasks, admin, statistics, socket):
        app.include_router(room.router)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(settings.cors_origins),
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", tasks.IDEMPOTENCY_KEY, logs.HEADER],
        expose_headers=[logs.HEADER],
    )
    app.add_exception_handler(RequestValidationError, invalid)
    for fault in (DBAPIError, PoolTimeout, OSError, TimeoutError):
        app.add_exception_handler(fault, unavailable)
    return Requests(app)


def end_process() -> None:
    """End this process as a stop from outside does: what it has accepted is answered first."""
    signal.raise_signal(signal.SIGTERM)


async def invalid(_: Request, fault: Exception) -> JSONResponse:
    """The answer to a wrong request: each field and its fault, and nothing of what was sent.

    What was sent may be private, and may be what no answer can hold: half a surrogate pair, NaN.
    """
    assert isinstance(fault, RequestValidationError)
    faults = [{key: each[key] for key in ("loc", "msg", "type")} for each in fault.errors()]
    return JSONResponse({"detail": faults}, 422)


async def unavailable(_: Request, fault: Exception) -> JSONResponse:
    """The answer while the database is away: nothing was kept, the client may try again.

    Postgres has many ways to say that it is away (starting, crashed, shutting down), and
    the driver wraps most of them as no more than a DBAPIError; what it knows to be our fault is
    raised again.
    """
    if isinstance(fault, DataError | IntegrityError | ProgrammingError):
        raise fault
    cause = getattr(fault, "orig", None) or fault
    logger.warning("the database does not answer", extra={FIELDS: {"cause": repr(cause)}})
    return JSONResponse(
        {"detail": "the database does not answer; try again in a moment"},
        status_code=503,
        headers={"Retry-After": "2"},
    )
