"""Moves the schema between revisions with alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from tasktracker import database
from tasktracker.settings import Migrations


class SchemaError(Exception):
    """The schema can't be changed; the message says why and what to do."""


def configuration() -> Config:
    """Alembic's configuration; it needs no file of its own."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def heads() -> list[str]:
    """The newest revisions; more than one means two branches that must be merged."""
    return list(ScriptDirectory.from_config(configuration()).get_heads())


async def move(engine: AsyncEngine, revision: str) -> None:
    """Upgrade to a revision ("head"), or downgrade by a number ("-1") or to "base"."""

    def run(connection: Connection) -> None:
        config = configuration()
        config.attributes["connection"] = connection
        down = revision.startswith("-") or revision == "base"
        (command.downgrade if down else command.upgrade)(config, revision)

    async with engine.begin() as connection:
        await connection.run_sync(run)


async def apply(settings: Migrations, revision: str) -> None:
    """Connect, move, leave. Raises SchemaError."""
    engine = database.connect(settings, "migrations", command_timeout=None)
    try:
        await move(engine, revision)
    except (DBAPIError, OSError, TimeoutError) as fault:
        cause = fault.orig if isinstance(fault, DBAPIError) else fault
        raise SchemaError(
            f"schema of {settings.database_name} at {settings.database_host}:"
            f"{settings.database_port} not moved to {revision}: {cause}; Postgres must be up, with "
            f"the vector extension and the roles api, worker and monitoring, and "
            f"{settings.database_user!r} must be allowed to create tables"
        ) from fault
    finally:
        await engine.dispose()
