"""The names that api, worker and migrations share in NATS; `nats-permissions.json` grants them."""

STREAM = "TASKS"
CONSUMER = "worker"
NEW_TASKS = "tasks.new.*"
CHANGES = "events.tasks.*"
NEXT_TASK = f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{CONSUMER}"

# A task that a worker doesn't acknowledge for so long goes to another worker.
ACK_WAIT = 20.0  # seconds
# A worker gives up before that, so that no two of them work on one task.
TASK_TIMEOUT = 15.0  # seconds


def new_task(task_id: str) -> str:
    """The subject of one task that waits for a worker."""
    return NEW_TASKS.replace("*", task_id)


def change(task_id: str) -> str:
    """The subject on which changes of one task are told."""
    return CHANGES.replace("*", task_id)
