"""What an acknowledged task survives."""

import asyncio
import json
import shutil
import signal
import threading

import httpx
from tasktracker.migrations.stream import WORKERS
from tasktracker.outbox import PROCESS
from tasktracker.subjects import ACK_WAIT, CONSUMER, STREAM, new_task

from tests.live.app.processes import wait_for
from tests.live.app.stack import Stack


def test_a_task_accepted_while_nats_is_dead_is_processed_when_it_is_back(stack: Stack) -> None:
    stack.processes["nats"].end(signal.SIGKILL)
    made = [stack.create(f"without nats {number}") for number in range(3)]
    stack.nats.start()
    stack.wait_until_done(*made)


def test_every_task_acknowledged_while_postgres_is_killed_is_there_and_processed(
    stack: Stack,
) -> None:
    made: list[str] = []
    refused: set[int] = set()
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            try:
                answer = stack.post("/api/tasks", {"title": "under fire"})
            except httpx.HTTPError:
                continue
            if answer.status_code == 201:
                made.append(answer.json()["id"])
            else:
                refused.add(answer.status_code)

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    try:
        wait_for("20 tasks before the fault", lambda: len(made) > 20)
        stack.processes["postgres"].send(signal.SIGKILL)
        stack.processes["postgres"].end(signal.SIGKILL)
        wait_for("a refusal", lambda: refused)
        stack.postgres.start()
        before = len(made)
        wait_for("20 tasks after the fault", lambda: len(made) > before + 20)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert refused == {503}
    stack.wait_until_done(*made)


def test_tasks_that_wait_in_the_stream_survive_the_death_of_nats(stack: Stack) -> None:
    stack.processes["worker"].end()
    made = [stack.create(f"waiting {number}") for number in range(5)]
    wait_for("the stream to hold them", lambda: stack.nats.held() == 5)
    stack.processes["nats"].end(signal.SIGKILL)
    stack.nats.start()
    assert stack.nats.held() == 5
    stack.start_worker()
    stack.wait_until_done(*made)


def test_requeue_queues_what_the_stream_lost_and_nothing_that_it_holds(stack: Stack) -> None:
    stack.processes["worker"].end()
    lost = stack.create("lost with the stream")
    wait_for("the stream to hold it", lambda: stack.nats.held() == 1)
    stack.processes["nats"].end(signal.SIGKILL)
    shutil.rmtree(stack.nats.store)
    stack.nats.start()
    assert stack.migrate().returncode == 0
    assert stack.nats.held() == 0
    kept = stack.create("held by the stream")
    wait_for("the stream to hold the second", lambda: stack.nats.held() == 1)

    waiting = "SELECT count(*) FROM tasks WHERE status = 'new' AND queued_at IS NULL"
    for _ in range(2):
        answer = stack.post("/api/admin/requeue", **stack.admin())
        assert answer.json() == {"open": 2}
        wait_for("the outbox to be empty", lambda: stack.postgres.owner(waiting) == "0")
        assert stack.nats.held() == 2
    stack.start_worker()
    stack.wait_until_done(lost, kept)


def test_a_task_that_failed_is_tried_again_by_requeue(stack: Stack) -> None:
    task = stack.create("will fail")
    stack.wait_until_done(task)
    stack.postgres.owner(f"UPDATE tasks SET status = 'failed', kind = NULL WHERE id = '{task}'")
    assert stack.post("/api/admin/requeue", **stack.admin()).json() == {"open": 1}
    stack.wait_until_done(task)


def test_a_worker_told_to_stop_finishes_what_it_holds_and_takes_no_more(stack: Stack) -> None:
    worker = stack.processes["worker"]
    with stack.worker_holds("held at the end") as held:
        worker.send(signal.SIGTERM)
        wait_for("the worker to wait for it", lambda: "Waiting for 1 running" in worker.log)
        wait_for("it to wait long", lambda: stack.postgres.waits_for_lock("worker", "3 s"))
    assert worker.end() == 0
    assert stack.is_done(held)
    assert stack.nats.held() == 0
    later = stack.create("for the next worker")
    stack.start_worker()
    stack.wait_until_done(later)


def test_a_task_of_a_killed_worker_goes_to_the_next_one(stack: Stack) -> None:
    asyncio.run(redeliver_after(stack, 1))
    try:
        with stack.worker_holds("held by the dead") as held:
            stack.processes["worker"].end(signal.SIGKILL)
        assert not stack.is_done(held)
        stack.start_worker()
        stack.wait_until_done(held)
    finally:
        asyncio.run(redeliver_after(stack, ACK_WAIT))


async def redeliver_after(stack: Stack, seconds: float) -> None:
    """Let a test see in a second what takes ACK_WAIT."""
    async with stack.nats.connected() as client:
        context = client.jetstream()
        await context.add_consumer(STREAM, WORKERS.evolve(ack_wait=seconds))
        assert (await context.consumer_info(STREAM, CONSUMER)).config.ack_wait == seconds


def test_a_task_delivered_twice_changes_once(stack: Stack) -> None:
    task = stack.create("deliver me twice")
    stack.wait_until_done(task)
    before = stack.get(f"/api/tasks/{task}").json()

    async def deliver_again() -> None:
        message = {"task_id": task, "task_name": PROCESS, "labels": {"request_id": "again-1"}}
        content = json.dumps({**message, "args": [], "kwargs": {}}).encode()
        async with stack.nats.connected() as client:
            await client.jetstream().publish(new_task(task), content)

    asyncio.run(deliver_again())
    worker = stack.processes["worker"]
    wait_for("the second delivery", lambda: '"again-1"' in worker.log and stack.nats.held() == 0)
    assert stack.get(f"/api/tasks/{task}").json() == before


def test_a_message_without_a_task_is_dropped(stack: Stack) -> None:
    task = stack.create("restored away")
    stack.wait_until_done(task)
    stack.processes["worker"].end()
    stack.postgres.owner(f"UPDATE tasks SET status = 'new', queued_at = NULL WHERE id = '{task}'")
    wait_for("the stream to hold it", lambda: stack.nats.held() == 1)
    stack.postgres.owner(f"DELETE FROM tasks WHERE id = '{task}'")
    stack.start_worker()
    wait_for("the stream to be empty", lambda: stack.nats.held() == 0)
    assert "no such task, dropped" in stack.processes["worker"].log


def test_a_task_that_fails_on_the_way_comes_again_long_before_its_time_is_up(stack: Stack) -> None:
    with stack.worker_holds("cut off from the database") as held:
        stack.postgres.cut_off("worker")
        wait_for("the worker to let it go", lambda: not stack.postgres.waits_for_lock("worker"))
        wait_for(
            "the worker to have it again",
            lambda: stack.postgres.waits_for_lock("worker"),
            ACK_WAIT / 2,
        )
    stack.wait_until_done(held)


def test_a_connection_that_nats_revoked_comes_back_when_it_is_allowed(stack: Stack) -> None:
    stack.nats.allow("migrations")
    wait_for("the worker to be red", lambda: stack.worker_says("/health").status_code == 503)
    wait_for("the api not to be ready", lambda: stack.get("/ready").status_code == 503)
    made = stack.create("while nobody may connect")
    stack.nats.allow("api", "worker", "migrations")
    stack.wait_until_done(made)
