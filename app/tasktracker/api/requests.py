"""Around every request: its id, a log line, its numbers."""

import logging
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tasktracker.logs import FIELDS, HEADER, accepted_or_new, request_id
from tasktracker.metrics import REQUEST_SECONDS, REQUESTS

logger = logging.getLogger(__name__)

# Probes and scrapes come every few seconds and say nothing while they succeed.
QUIET = frozenset({"/health", "/api/health", "/ready", "/api/ready", "/metrics"})


class Requests:
    """Wraps the whole application, so that answers to its own faults carry an id too."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._application(scope, receive, send)
            return
        identity = accepted_or_new(Headers(scope=scope).get(HEADER, ""))
        token = request_id.set(identity)
        started = time.perf_counter()
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = identity
            await send(message)

        try:
            await self._application(scope, receive, answer)
        finally:
            if scope["type"] == "http":
                _record(scope, status, time.perf_counter() - started)
            request_id.reset(token)


def _record(scope: Scope, status: int, seconds: float) -> None:
    # The route, not the path: a path holds ids, and each would be a series of its own.
    route = getattr(scope.get("route"), "path", "unmatched")
    REQUESTS.labels(scope["method"], route, status).inc()
    REQUEST_SECONDS.labels(scope["method"], route).observe(seconds)
    if scope["path"] in QUIET and status < 400:
        return
    fields = {
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "duration_ms": round(seconds * 1000, 1),
    }
    logger.info("request", extra={FIELDS: fields})
