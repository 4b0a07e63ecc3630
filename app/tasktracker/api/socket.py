"""/ws: each change of a task, as the JSON of that task."""

import asyncio
from collections.abc import Collection

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from starlette.datastructures import Headers

from tasktracker.api.live import Listener
from tasktracker.api.parts import Shared

router = APIRouter()

# RFC 6455's registry of close codes.
POLICY_VIOLATION = 1008
TRY_AGAIN_LATER = 1013


def may_listen(headers: Headers, origins: Collection[str]) -> bool:
    """Whether a page of this origin may: the site's own, and those that may call the api.

    A browser opens a socket to any site a page names, and CORS does not ask about it. A client
    that names no origin is no browser.
    """
    origin, host = headers.get("Origin"), headers.get("Host")
    return origin in {None, f"http://{host}", f"https://{host}", *origins}


@router.websocket("/ws")
async def changes(socket: WebSocket, shared: Shared) -> None:
    """Push changes until the client leaves, falls too far behind, or this server stops.

    A client must take a closed socket as "connect again, then read the list": what happened in
    between is not sent again. Uvicorn closes with 1012 (service restart) when it stops.
    """
    if not may_listen(socket.headers, shared.settings.cors_origins):
        await socket.close(POLICY_VIOLATION)  # not accepted yet, so this is a 403
        return
    with shared.hub.listener() as listener:
        await socket.accept()
        ends = [
            asyncio.create_task(_push(socket, listener)),
            asyncio.create_task(_gone(socket)),
            asyncio.create_task(listener.too_slow.wait()),
        ]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
            await asyncio.gather(*ends, return_exceptions=True)
        if listener.too_slow.is_set():
            await socket.close(TRY_AGAIN_LATER, "too slow, connect again")


async def _push(socket: WebSocket, listener: Listener) -> None:
    while True:
        await socket.send_text(await listener.changes.get())


async def _gone(socket: WebSocket) -> None:
    try:
        while True:
            await socket.receive_text()  # nothing is expected; a client may ping this way
    except WebSocketDisconnect:
        return
