"""Health says what is so, and comes back by itself."""

import signal

import httpx
import pytest

from tests.live.app.processes import wait_for
from tests.live.app.stack import Stack

# Seconds: the longest of the checks' own limits, and some for the processes to notice.
NOTICED = 10.0


def worker_says(stack: Stack, code: int) -> dict[str, str]:
    """What the worker says of itself, once it answers with this code."""
    answer = stack.worker_says("/health")
    return dict(answer.json()) if answer.status_code == code else {}


def api_says(stack: Stack, code: int) -> dict[str, str]:
    """What the api says of its readiness, once it answers with this code."""
    answer = stack.get("/api/ready")
    return dict(answer.json()) if answer.status_code == code else {}


@pytest.mark.parametrize(
    ("server", "name", "fault"),
    [
        ("nats", "nats", signal.SIGSTOP),
        ("nats", "nats", signal.SIGKILL),
        ("postgres", "database", signal.SIGSTOP),
        ("postgres", "database", signal.SIGKILL),
    ],
)
def test_api_and_worker_are_red_while_a_server_is_gone_and_green_when_it_is_back(
    stack: Stack, server: str, name: str, fault: signal.Signals
) -> None:
    stack.processes[server].send(fault)
    worker = wait_for("the worker to be red", lambda: worker_says(stack, 503), NOTICED)
    api = wait_for("the api not to be ready", lambda: api_says(stack, 503), NOTICED)
    assert {key for key, said in worker.items() if said != "ok"} == {name}
    assert {key for key, said in api.items() if said != "ok"} == {name}
    assert stack.get("/api/health").json() == {"status": "ok", "release": "sha-test"}

    if fault is signal.SIGSTOP:
        stack.processes[server].send(signal.SIGCONT)
    else:
        stack.processes[server].end(signal.SIGKILL)
        (stack.nats if server == "nats" else stack.postgres).start()
    wait_for("the worker to be green", lambda: worker_says(stack, 200))
    wait_for("the api to be ready", lambda: api_says(stack, 200))
    stack.wait_until_done(stack.create("after the fault"))


def test_a_frozen_worker_does_not_answer(stack: Stack) -> None:
    stack.processes["worker"].send(signal.SIGSTOP)
    with pytest.raises(httpx.TimeoutException):
        httpx.get(f"http://127.0.0.1:{stack.worker_port}/health", timeout=1)
