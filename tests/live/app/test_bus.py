"""A process's connection to NATS."""

import asyncio

from pydantic import SecretStr
from tasktracker.bus import Bus, Disconnected
from tasktracker.settings import Nats

from tests.live.app.stack import Stack


async def connected(bus: Bus) -> None:
    """Wait until the bus is connected, or fail."""
    async with asyncio.timeout(10):
        while True:
            try:
                await bus.ping()
                return
            except Disconnected:
                await asyncio.sleep(0.05)


def test_a_client_that_closed_for_good_is_replaced_and_hears_again(servers: Stack) -> None:
    heard: list[object] = []
    settings = Nats(
        nats_url=f"nats://127.0.0.1:{servers.nats.port}",
        nats_user="api",
        nats_password=SecretStr(servers.nats.passwords["api"]),
    )

    async def on_connect(client: object) -> None:
        heard.append(client)

    async def close_once() -> None:
        bus = Bus(settings, "test", on_connect)
        running = asyncio.create_task(bus.run())
        try:
            await connected(bus)
            await bus.client.close()
            await connected(bus)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    asyncio.run(close_once())
    assert len(heard) == 2 and heard[0] is not heard[1]
