"""Each service may do its own work and no more, in NATS and in Postgres."""

import asyncio

import pytest

from tests.live.app.stack import Stack

# What each user must not do: publish or subscribe, and where.
FORBIDDEN = [
    ("api", "publish", "$JS.API.STREAM.DELETE.TASKS"),
    ("api", "publish", "$JS.API.STREAM.CREATE.MINE"),
    ("api", "publish", "$JS.API.CONSUMER.MSG.NEXT.TASKS.worker"),
    ("api", "publish", "$JS.API.STREAM.MSG.GET.TASKS"),
    ("api", "subscribe", "tasks.new.*"),
    ("api", "subscribe", "_INBOX.worker.x"),
    ("worker", "publish", "tasks.new.x"),
    ("worker", "publish", "$JS.API.STREAM.PURGE.TASKS"),
    ("worker", "publish", "$JS.API.CONSUMER.CREATE.TASKS.mine.tasks.new.*"),
    ("worker", "subscribe", "events.tasks.*"),
    ("worker", "subscribe", "_INBOX.api.x"),
    ("migrations", "publish", "tasks.new.x"),
    ("migrations", "publish", "$JS.API.STREAM.DELETE.TASKS"),
    ("migrations", "subscribe", "tasks.new.*"),
]


@pytest.mark.parametrize(("user", "verb", "subject"), FORBIDDEN)
def test_a_nats_user_may_not(stack: Stack, user: str, verb: str, subject: str) -> None:
    faults: list[str] = []

    async def note(fault: Exception) -> None:
        faults.append(str(fault))

    async def attempt() -> None:
        async with stack.nats.connected(user, error_cb=note) as client:
            if verb == "publish":
                await client.publish(subject, b"{}")
            else:
                await client.subscribe(subject)
            for _ in range(2):  # the first ping may overtake what is being sent
                await client.flush()

    asyncio.run(attempt())
    assert any("permissions violation" in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("api", "DELETE FROM tasks"),
        ("api", "UPDATE tasks SET title = 'x'"),
        ("api", "CREATE TABLE mine (id int)"),
        ("worker", "SELECT contact FROM tasks"),
        ("worker", "INSERT INTO tasks (title) VALUES ('x')"),
        ("worker", "DELETE FROM tasks"),
        ("monitoring", "SELECT title FROM tasks"),
        ("monitoring", "UPDATE tasks SET status = 'done'"),
    ],
)
def test_a_postgres_role_may_not(stack: Stack, role: str, statement: str) -> None:
    with pytest.raises(AssertionError, match="permission denied"):
        stack.postgres.sql(statement, role, "tasktracker")


def test_monitoring_may_count_tasks(stack: Stack) -> None:
    count = stack.postgres.sql("SELECT count(status) FROM tasks", "monitoring", "tasktracker")
    assert count.isdigit()
