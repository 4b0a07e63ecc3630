"""The truth about what a process needs, and a small server that tells it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from tasktracker.metrics import CONTENT_TYPE, exposition

Check = Callable[[], Awaitable[None]]

ANSWER_TIMEOUT = 3.0  # seconds, well under a probe's own timeout


async def report(checks: Mapping[str, Check]) -> tuple[bool, dict[str, str]]:
    """Ask each check at the same time: whether all are well, and "ok" or the fault by name."""

    async def answer(check: Check) -> str:
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT):
                await check()
        except TimeoutError:
            return f"no answer within {ANSWER_TIMEOUT:.0f} s"
        except Exception as fault:
            # The type is enough to act on; a driver's message may hold more than a stranger needs.
            return f"{type(fault).__name__}"
        return "ok"

    answers = await asyncio.gather(*(answer(check) for check in checks.values()))
    found = dict(zip(checks, answers, strict=True))
    return all(answer == "ok" for answer in answers), found


async def serve(port: int, checks: Mapping[str, Check]) -> web.AppRunner:
    """Serve /health (200 or 503, each check by name) and /metrics; clean the runner up at the end.

    It runs in the loop of the process it reports on, so a blocked loop answers nothing.
    """

    async def health(_: web.Request) -> web.Response:
        well, found = await report(checks)
        return web.json_response(found, status=200 if well else 503)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=exposition(), headers={"Content-Type": CONTENT_TYPE})

    application = web.Application()
    application.add_routes([web.get("/health", health), web.get("/metrics", metrics)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "0.0.0.0", port).start()
    return runner
