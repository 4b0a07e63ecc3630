"""`python -m tasktracker.bot`: talks until SIGTERM."""

import asyncio
import logging
import signal
import sys
import time
from collections.abc import Awaitable, Callable

import httpx

from tasktracker import health, logs, loops
from tasktracker.bot.conversation import ApiError, Conversation
from tasktracker.bot.sessions import SessionsFile
from tasktracker.bot.telegram import POLL_SECONDS, Telegram, TelegramError
from tasktracker.environment import from_environment
from tasktracker.logs import FIELDS
from tasktracker.settings import Bot

logger = logging.getLogger("tasktracker.bot")

REPORT_EVERY = 2.0  # seconds
LONGEST_WAIT = 30.0  # seconds between two attempts
SILENT_AFTER = 2 * POLL_SECONDS + 10  # seconds without an answer of Telegram


class Silent(Exception):
    """Telegram has not answered for too long."""


class Loop:
    """Does one thing for ever; after a fault it waits longer each time."""

    def __init__(self, do: Callable[[], Awaitable[None]], pause: float = 0) -> None:
        self._do = do
        self._pause = pause
        self._well_at = time.monotonic()

    async def run(self) -> None:
        wait = 1.0
        while True:
            try:
                await self._do()
            except (TelegramError, ApiError) as fault:
                logger.warning("trying again", extra={FIELDS: {"cause": str(fault)}})
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT)
            else:
                self._well_at = time.monotonic()
                wait = 1.0
                await asyncio.sleep(self._pause)

    async def check(self) -> None:
        """Raise Silent if it has not succeeded for SILENT_AFTER seconds."""
        if time.monotonic() - self._well_at > SILENT_AFTER:
            raise Silent


async def run(settings: Bot) -> None:
    """Talk until SIGTERM or SIGINT; what is not answered yet is answered after the restart."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with (
        httpx.AsyncClient() as outside,
        httpx.AsyncClient(base_url=str(settings.api_url), timeout=10) as api,
    ):
        telegram = Telegram(outside, str(settings.telegram_base_url), settings.telegram_bot_token)
        conversation = Conversation(telegram, api, SessionsFile(settings.sessions_dir))
        reading, reporting = Loop(conversation.read), Loop(conversation.report, REPORT_EVERY)
        checks = {"telegram": reading.check, "api": reporting.check}
        server = await health.serve(settings.port, checks)
        logger.info("started")
        try:
            async with loops.running(reading.run(), reporting.run(), stop=stop.set):
                await stop.wait()
        finally:
            await server.cleanup()
    logger.info("stopped")


def main() -> None:
    settings = from_environment(Bot)
    if not settings.sessions_dir.is_dir():
        sys.exit(
            f"cannot start the bot:\nSESSIONS_DIR: {settings.sessions_dir} is no directory; "
            "mount a volume there that this user may write to"
        )
    logs.start("bot", settings.release, settings.log_level)
    asyncio.run(run(settings))


if __name__ == "__main__":
    main()
