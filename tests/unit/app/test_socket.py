"""Who may listen to changes: the site's own pages, listed origins, and what is no browser."""

import asyncio

import pytest
from starlette.types import Message

from tests.unit.app.served import HOST, alive

LISTED = "https://board.example.org:8443"


def first_answer(origin: str | None, host: str = HOST) -> str:
    """What the application says first to somebody who opens a socket."""
    headers = [(b"host", host.encode())]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    scope = {
        "type": "websocket", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "ws",
        "path": "/ws", "raw_path": b"/ws", "query_string": b"", "root_path": "",
        "headers": headers, "subprotocols": [], "client": None, "server": None, "state": {},
    }  # fmt: skip

    async def ask() -> str:
        told: asyncio.Queue[Message] = asyncio.Queue()
        said: asyncio.Queue[Message] = asyncio.Queue()
        await told.put({"type": "websocket.connect"})
        async with alive(cors_origins=(LISTED,)) as app:
            talk = asyncio.ensure_future(app(scope, told.get, said.put))
            answer = await asyncio.wait_for(said.get(), 5)
            await told.put({"type": "websocket.disconnect", "code": 1000})
            await talk
        return str(answer["type"])

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, HOST),
        (f"https://{HOST}", HOST),
        (f"http://{HOST}", HOST),
        ("http://localhost:8080", "localhost:8080"),
        (LISTED, HOST),
    ],
)
def test_the_site_the_listed_and_no_browsers_may_listen(origin: str | None, host: str) -> None:
    assert first_answer(origin, host) == "websocket.accept"


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://evil.example.org", HOST),
        (f"https://{HOST}.evil.example.org", HOST),
        (f"https://{HOST}:8443", HOST),
        ("http://board.example.org:8443", HOST),
        ("null", HOST),
        ("", HOST),
        ("http://localhost:8081", "localhost:8080"),
    ],
)
def test_pages_of_other_sites_may_not(origin: str, host: str) -> None:
    assert first_answer(origin, host) == "websocket.close"
