"""What no service may do with NATS and Postgres, wherever those run."""

from nats.aio.client import Client

# What each user must not do: publish or subscribe, and where.
IN_NATS = [
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

# What each role must not do in the application's database.
IN_POSTGRES = [
    ("api", "DELETE FROM tasks"),
    ("api", "UPDATE tasks SET title = 'x'"),
    ("api", "CREATE TABLE mine (id int)"),
    ("worker", "SELECT contact FROM tasks"),
    ("worker", "INSERT INTO tasks (title) VALUES ('x')"),
    ("worker", "DELETE FROM tasks"),
    ("monitoring", "SELECT title FROM tasks"),
    ("monitoring", "UPDATE tasks SET status = 'done'"),
]


async def attempt(client: Client, verb: str, subject: str) -> None:
    """Do it; whoever may not is told so by the client's `error_cb` before this ends."""
    if verb == "publish":
        await client.publish(subject, b"{}")
    else:
        await client.subscribe(subject)
    for _ in range(2):  # the first ping may overtake what is being sent
        await client.flush()
