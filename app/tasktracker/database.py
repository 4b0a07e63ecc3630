"""The connection pool, and a warning for every query that takes too long."""

import logging
import time
from typing import Any

from sqlalchemy import URL, Connection, event, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from tasktracker.logs import FIELDS
from tasktracker.settings import Database

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT = 5.0  # seconds
COMMAND_TIMEOUT = 10.0  # seconds; a frozen server must not hold a request for ever


def connect(
    settings: Database, service: str, command_timeout: float | None = COMMAND_TIMEOUT
) -> AsyncEngine:
    """A pool that checks a connection before it lends it, so a restarted server is no error."""
    engine = create_async_engine(
        URL.create(
            "postgresql+asyncpg",
            username=settings.database_user,
            password=settings.database_password.get_secret_value(),
            host=settings.database_host,
            port=settings.database_port,
            database=settings.database_name,
        ),
        pool_size=settings.database_pool_size,
        max_overflow=settings.database_max_overflow,
        pool_recycle=settings.database_pool_recycle,
        pool_timeout=CONNECT_TIMEOUT,
        pool_pre_ping=True,
        hide_parameters=True,  # a failed statement is logged, what people wrote in it is not
        connect_args={
            "timeout": CONNECT_TIMEOUT,
            "command_timeout": command_timeout,
            "server_settings": {"application_name": service},
        },
    )
    warn_of_slow_queries(engine, settings.slow_query_ms)
    return engine


def warn_of_slow_queries(engine: AsyncEngine, limit_ms: int) -> None:
    """Log each statement (never its parameters) that takes `limit_ms` milliseconds or more."""

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def start(connection: Connection, *_: Any) -> None:
        connection.info["started"] = time.perf_counter()

    @event.listens_for(engine.sync_engine, "after_cursor_execute")
    def end(connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
        taken = (time.perf_counter() - connection.info["started"]) * 1000
        if taken >= limit_ms:
            fields = {"duration_ms": round(taken, 1), "limit_ms": limit_ms, "query": statement}
            logger.warning("slow query", extra={FIELDS: fields})


async def ping(engine: AsyncEngine) -> None:
    """Raise if the database doesn't answer."""
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
