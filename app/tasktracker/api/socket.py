"""/ws: each change of a task, as the JSON of that task."""

import asyncio

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from tasktracker.api.live import Listener
from tasktracker.api.parts import Shared

router = APIRouter()

TRY_AGAIN_LATER = 1013  # RFC 6455's registry of close codes


@router.websocket("/ws")
async def changes(socket: WebSocket, shared: Shared) -> None:
    """Push changes until the client leaves, falls too far behind, or this server stops.

    A client must take a closed socket as "connect again, then read the list": what happened in
    between is not sent again. Uvicorn closes with 1012 (service restart) when it stops.
    """
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
