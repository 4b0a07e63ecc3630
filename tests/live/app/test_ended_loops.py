"""A process in which a loop ends by a fault of ours ends too, so that it is started anew."""

import sys
from collections.abc import Iterator

import pytest

from tests.live.app.processes import Process, free_port, wait_for
from tests.live.app.stack import APP, Stack

# Read by every Python process that finds it, before anything of its own.
FAULT = """
from tasktracker import {module}

async def broken(*_):
    raise KeyError("a fault of ours")

{module}.{method} = broken
"""
OUTBOX, BUS = ("outbox", "Outbox.queue_batch"), ("bus", "Bus._connect")

Broken = tuple[str, str]


@pytest.fixture
def process(servers: Stack, broken: Broken, service: str, processes: str) -> Iterator[Process]:
    """A process of the service, with a method that raises."""
    module, method = broken
    folder = servers.home / f"broken-{module}"
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(FAULT.format(module=module, method=method))
    more = {"PORT": str(free_port()), "PYTHONPATH": f"{folder}:{APP}"}
    if service == "api":
        environ = servers.api_environ(**more, WEB_CONCURRENCY=processes)
    else:
        environ = servers.environ(service, **more)
    log = servers.home / f"{service}-{module}-{processes}.log"
    command = [sys.executable, "-m", f"tasktracker.{service}"]
    made = Process(f"{service} without {module}", command, log, environ)
    made.start()
    yield made
    made.clean_up()


@pytest.mark.parametrize("processes", ["1"])
@pytest.mark.parametrize(("service", "broken"), [("api", OUTBOX), ("api", BUS), ("worker", BUS)])
def test_a_process_without_one_of_its_loops_ends(process: Process) -> None:
    code = wait_for("it to end", lambda: process.code)
    assert code == 1, process.log
    assert "a loop has ended, stopping" in process.log
    assert "KeyError: 'a fault of ours'" in process.log


@pytest.mark.parametrize(("service", "broken", "processes"), [("api", OUTBOX, "2")])
def test_a_server_process_without_one_of_its_loops_is_started_anew(process: Process) -> None:
    wait_for("it to be missed", lambda: "died" in process.log)
    assert "a loop has ended, stopping" in process.log
    assert process.code is None
