"""`python -m tasktracker.migrations [REVISION]`: the schema, then the stream. Waits for nothing."""

import asyncio
import logging
import sys

from tasktracker import logs
from tasktracker.environment import from_environment
from tasktracker.logs import FIELDS
from tasktracker.migrations import schema, stream
from tasktracker.settings import Migrations

logger = logging.getLogger("tasktracker.migrations")


async def run(settings: Migrations, revision: str) -> int:
    """0, or 1 after a line that says what failed."""
    try:
        await schema.apply(settings, revision)
        logger.info("schema is in place", extra={FIELDS: {"revision": revision}})
        await stream.set_up(settings)
        logger.info("stream is in place")
    except (schema.SchemaError, stream.StreamError) as fault:
        logger.error(str(fault))
        return 1
    return 0


def main() -> int:
    settings = from_environment(Migrations)
    logs.start("migrations", settings.release, settings.log_level)
    return asyncio.run(run(settings, sys.argv[1] if len(sys.argv) > 1 else "head"))


if __name__ == "__main__":
    sys.exit(main())
