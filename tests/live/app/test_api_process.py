"""How the api's process starts, stops and logs."""

import json
import re
import signal
import threading

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.live.app.processes import Process, free_port, wait_for
from tests.live.app.stack import Stack, http


@pytest.mark.parametrize("processes", [1, 2])
def test_an_api_told_to_stop_answers_what_it_accepted_and_asks_listeners_to_come_back(
    stack: Stack, processes: int
) -> None:
    stack.processes["api"].end()
    stack.start_api(processes)
    api = stack.processes["api"]
    answers: list[httpx.Response] = []
    with connect(f"ws://127.0.0.1:{stack.api_port}/ws") as listener:
        with stack.postgres.locked_tasks():
            request = threading.Thread(
                target=lambda: answers.append(stack.post("/api/tasks", {"title": "in flight"}))
            )
            request.start()
            wait_for("the request to be in flight", lambda: stack.postgres.waits_for_lock("api"))
            api.tell(signal.SIGTERM)
            wait_for("the api to refuse new requests", lambda: refused(stack))
        request.join()
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                listener.recv(timeout=10)
    assert api.end() == 0
    assert [answer.status_code for answer in answers] == [201]
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1012


def refused(stack: Stack) -> bool:
    """Whether nobody listens any more."""
    try:
        stack.get("/health")
    except httpx.ConnectError:
        return True
    return False


def test_a_request_that_the_database_drops_is_told_to_come_again(stack: Stack) -> None:
    answers: list[httpx.Response] = []
    with stack.postgres.locked_tasks():
        request = threading.Thread(
            target=lambda: answers.append(stack.post("/api/tasks", {"title": "dropped"}))
        )
        request.start()
        wait_for("the request to be in flight", lambda: stack.postgres.waits_for_lock("api"))
        stack.postgres.cut_off("api")
        request.join()
    (answer,) = answers
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert answer.json() == {"detail": "the database does not answer; try again in a moment"}


def test_a_query_that_takes_too_long_is_logged_without_what_was_written(stack: Stack) -> None:
    with stack.postgres.locked_tasks():
        request = threading.Thread(target=lambda: stack.create("canary of a slow query"))
        request.start()
        wait_for("it to be slow", lambda: stack.postgres.waits_for_lock("api", "600 ms"))
    request.join()
    lines = map(json.loads, stack.processes["api"].log.splitlines())
    slow = [line for line in lines if line["message"] == "slow query"]
    assert any("INSERT INTO tasks" in line["query"] for line in slow)
    assert all(line["duration_ms"] >= line["limit_ms"] == 500 for line in slow)
    assert "canary of a slow query" not in stack.processes["api"].log


def test_several_processes_count_together_and_stop_together(stack: Stack) -> None:
    port = free_port()
    api = Process(
        "api-2",
        stack.processes["api"].command,
        stack.home / "api-2.log",
        stack.api_environ(PORT=str(port), WEB_CONCURRENCY="2"),
    )
    stack.processes["api-2"] = api
    api.start()
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for("the api to be ready", lambda: http.get(f"{url}/ready").status_code == 200)
        for _ in range(40):  # a connection each, so both processes get some
            assert http.get(f"{url}/api/tasks").status_code == 200
        said = http.get(f"{url}/metrics").text
        line = r'^http_requests_total\{method="GET",route="/api/tasks",status="200"\} 40\.0$'
        assert re.search(line, said, re.MULTILINE), said
        assert api.end() == 0
    finally:
        api.clean_up()


def test_a_secret_is_never_logged(stack: Stack) -> None:
    stack.create("quiet", contact="canary@example.org")
    stack.post("/api/admin/requeue", **stack.admin())
    logs = "".join(stack.processes[name].log for name in ("api", "worker"))
    for path in (stack.home / "secrets").iterdir():
        assert path.read_text() not in logs, f"{path.name} is in a log"
    assert "canary@" not in logs
