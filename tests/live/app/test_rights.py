"""Each service may do its own work and no more, in NATS and in Postgres."""

import asyncio

import pytest

from tests.live import rights
from tests.live.app.stack import Stack


@pytest.mark.parametrize(("user", "verb", "subject"), rights.IN_NATS)
def test_a_nats_user_may_not(stack: Stack, user: str, verb: str, subject: str) -> None:
    faults: list[str] = []

    async def note(fault: Exception) -> None:
        faults.append(str(fault))

    async def attempt() -> None:
        async with stack.nats.connected(user, error_cb=note) as client:
            await rights.attempt(client, verb, subject)

    asyncio.run(attempt())
    assert any("permissions violation" in fault for fault in faults), faults


@pytest.mark.parametrize(("role", "statement"), rights.IN_POSTGRES)
def test_a_postgres_role_may_not(stack: Stack, role: str, statement: str) -> None:
    with pytest.raises(AssertionError, match="permission denied"):
        stack.postgres.sql(statement, role, "tasktracker")


def test_monitoring_may_count_tasks(stack: Stack) -> None:
    count = stack.postgres.sql("SELECT count(status) FROM tasks", "monitoring", "tasktracker")
    assert count.isdigit()
