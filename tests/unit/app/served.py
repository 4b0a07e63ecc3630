"""The api's own application in this process, with servers that don't answer."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
from cryptography.fernet import Fernet
from pydantic import SecretStr
from starlette.types import ASGIApp, Message
from tasktracker.api.application import application
from tasktracker.settings import Api

HOST = "tasks.example.org"


def settings(**more: Any) -> Api:
    """Settings of an api whose database and NATS are away."""
    given: dict[str, Any] = {
        "database_host": "127.0.0.1",
        "database_port": 1,
        "database_user": "api",
        "nats_url": "nats://127.0.0.1:1",
        "nats_user": "api",
        **dict.fromkeys(
            ("database_password", "nats_password", "admin_token", "statistics_password"),
            SecretStr("x" * 16),
        ),
        "encryption_key": SecretStr(Fernet.generate_key().decode()),
    }
    return Api(**{**given, **more})


@contextlib.asynccontextmanager
async def alive(**more: Any) -> AsyncIterator[ASGIApp]:
    """The application, started, and stopped when the block ends."""
    app = application(settings(**more))
    told: asyncio.Queue[Message] = asyncio.Queue()
    said: asyncio.Queue[Message] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}}
    life = asyncio.ensure_future(app(scope, told.get, said.put))
    await told.put({"type": "lifespan.startup"})
    assert (await said.get())["type"] == "lifespan.startup.complete"
    try:
        yield app
    finally:
        await told.put({"type": "lifespan.shutdown"})
        await life


def answer(method: str, path: str, **more: Any) -> httpx.Response:
    """What the application answers to one request."""

    async def ask() -> httpx.Response:
        async with alive() as app:
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
                return await client.request(method, path, **more)

    return asyncio.run(ask())
