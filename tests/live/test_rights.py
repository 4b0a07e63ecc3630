"""The deployed servers know who asks, and let each do its own work and no more (audit S6).

Asked from the host, which has an address on the network that their clients are on.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import nats
import pytest
from nats.aio.client import Client

from components.nats import CLIENT_PORT
from components.postgres import DATABASE
from tests.live import canaries, rights
from tests.live.pulumi_stack import PulumiStack
from tests.live.running import running

pytestmark = pytest.mark.parametrize("stack", ("dev",), indirect=True)

WRONG = "wrong-password"


@dataclass(frozen=True)
class Servers:
    """Where they answer, and the passwords that the stack made."""

    postgres: str
    nats: str
    passwords: dict[str, str]

    def log_in(self, user: str, password: str | None, database: str = DATABASE) -> Any:
        """A connection to the database, as soon as it is awaited."""
        return asyncpg.connect(
            host=self.postgres, user=user, password=password, database=database, ssl=False
        )

    @asynccontextmanager
    async def connected(self, **login: Any) -> AsyncIterator[Client]:
        """A connection to NATS."""
        client = await nats.connect(
            f"nats://{self.nats}:{CLIENT_PORT}", allow_reconnect=False, connect_timeout=10, **login
        )
        try:
            yield client
        finally:
            await client.close()


@pytest.fixture(scope="module")
def servers(stack: PulumiStack) -> Servers:
    postgres, nats = (running(stack, s)[0].networks["backend"] for s in ("postgres", "nats"))
    secrets = canaries.of(stack).texts
    # What is generated has a letter put before it.
    return Servers(postgres, nats, {name: f"s{texts[0]}" for name, texts in secrets.items()})


@pytest.mark.parametrize("user", ["postgres", "api_a", "migrations_a", "backup"])
@pytest.mark.parametrize("password", [WRONG, None])
def test_postgres_lets_nobody_in_without_the_password(
    servers: Servers, user: str, password: str | None
) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        asyncio.run(servers.log_in(user, password))


def test_no_client_gets_into_a_database_that_is_not_its_own(servers: Servers) -> None:
    with pytest.raises(
        asyncpg.InvalidAuthorizationSpecificationError, match="no pg_hba.conf entry"
    ):
        asyncio.run(servers.log_in("api_a", servers.passwords["api-database-a"], "postgres"))


def test_no_role_may_do_more_in_postgres_than_its_work(servers: Servers) -> None:
    async def allowed(role: str, statement: str) -> bool:
        connection = await servers.log_in(f"{role}_a", servers.passwords[f"{role}-database-a"])
        await connection.transaction().start()
        try:
            await connection.execute(statement)
        except asyncpg.InsufficientPrivilegeError:
            return False
        else:
            return True
        finally:
            await connection.close()  # which undoes what was not to be

    assert [row for row in rights.IN_POSTGRES if asyncio.run(allowed(*row))] == []


@pytest.mark.parametrize(
    "login", [{}, {"user": "worker_a", "password": WRONG}], ids=["none", "wrong"]
)
def test_nats_lets_nobody_in_without_the_password(servers: Servers, login: dict[str, str]) -> None:
    async def come_in() -> None:
        async with servers.connected(**login):
            pass

    with pytest.raises(nats.errors.Error, match="Authorization Violation"):
        asyncio.run(come_in())


def test_no_user_may_do_more_in_nats_than_its_work(servers: Servers) -> None:
    async def allowed(user: str, verb: str, subject: str) -> bool:
        faults: list[str] = []

        async def note(fault: Exception) -> None:
            faults.append(str(fault))

        login = {"user": f"{user}_a", "password": servers.passwords[f"{user}-nats-a"]}
        # The inbox of an account is named after it.
        subject = re.sub(r"^_INBOX\.(\w+)", r"_INBOX.\1_a", subject)
        async with servers.connected(**login, error_cb=note) as client:
            await rights.attempt(client, verb, subject)
        return not any("permissions violation" in fault for fault in faults)

    assert [row for row in rights.IN_NATS if asyncio.run(allowed(*row))] == []
