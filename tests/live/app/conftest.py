"""The application on a real Postgres and a real NATS server with the permissions it ships with."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.app.processes import wait_for
from tests.live.app.stack import Stack


@pytest.fixture(scope="session")
def servers() -> Iterator[Stack]:
    """Postgres and NATS, with nothing of the application in them."""
    home = Path(tempfile.mkdtemp(prefix="tasktracker-"))
    home.chmod(0o755)  # Postgres runs as another user
    stack = Stack(home)
    try:
        stack.postgres.make()
        stack.nats.start()
        yield stack
    finally:
        for process in stack.processes.values():
            process.clean_up()
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def running(servers: Stack) -> Stack:
    """The whole application, running."""
    done = servers.migrate()
    assert done.returncode == 0, done.stdout + done.stderr
    servers.start_worker()
    servers.start_api()
    return servers


@pytest.fixture
def stack(running: Stack) -> Iterator[Stack]:
    """The running application, mended after a test that broke a part of it."""
    yield running
    for name, start in (
        ("postgres", running.postgres.start),
        ("nats", running.nats.start),
        ("worker", running.start_worker),
        ("api", running.start_api),
    ):
        process = running.processes[name]
        if process.code is not None:
            start()
        else:
            process.send(signal.SIGCONT)
    wait_for("the api to be ready", lambda: running.get("/ready").status_code == 200)
    wait_for("the worker to be well", lambda: running.worker_says("/health").status_code == 200)
    wait_for("the stream to be empty", lambda: running.nats.held() == 0)
