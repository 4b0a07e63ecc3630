"""The one-word commands, as people type them, on a stack of a clone of its own."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import httpx
import pytest
import yaml

from tests.live import stacks
from tests.live.app.processes import descendants, wait_for
from tests.live.pulumi_stack import PROJECT, ROOT, Result, clear, docker

NAME = "dev-make"
ABSENT = "dev-make-absent"
PREFIX = f"{PROJECT}-{NAME}"
PORT = 28470


@dataclass(frozen=True)
class Clone:
    """The project in a folder of its own, where stack files can be written, with its own state."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """None of what a `make` around the tests has said to its own children."""
        told = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        return told | {
            "PULUMI_BACKEND_URL": (self.folder / "build").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "make",
        }

    def command(self, *arguments: str, stack: str = NAME) -> list[str]:
        return ["make", *arguments, f"STACK={stack}"]

    def make(self, *arguments: str, stack: str = NAME) -> Result:
        return self.run(*self.command(*arguments, stack=stack))

    def run(self, *command: str) -> Result:
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, timeout=300, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return Result(done.returncode, done.stdout)


@pytest.fixture(scope="module")
def clone(images: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Clone:
    folder = tmp_path_factory.mktemp("make") / "clone"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    (folder / ".venv").symlink_to(ROOT / ".venv")
    (folder / "build").mkdir()
    for name in (NAME, ABSENT):
        file = folder / f"Pulumi.{name}.yaml"
        values = stacks.dev(f"{PROJECT}-{name}", PORT)
        file.write_text(yaml.safe_dump({"config": {f"{PROJECT}:stack": values}}))
    return Clone(folder)


@pytest.fixture(scope="module")
def up(clone: Clone, request: pytest.FixtureRequest) -> Iterator[str]:
    """What `make up` says."""
    clear(NAME, PREFIX)
    try:
        yield clone.make("up").succeeded()
    finally:
        if not request.config.getoption("--keep"):
            clear(NAME, PREFIX)


def test_of_a_stack_that_is_not_up_each_says_so(clone: Clone) -> None:
    told = clone.make("status", stack=ABSENT).succeeded()
    assert told == (
        f"no service of stack {ABSENT} is on the engine of this machine: make up STACK={ABSENT}\n"
    )
    for command in ("logs", "psql"):
        told = clone.make(command, stack=ABSENT).failed()
        assert f"make: stack {ABSENT}: no " in told
        assert f"make up STACK={ABSENT} brings it up" in told
    told = clone.make("outputs", stack=ABSENT).succeeded()
    assert told.endswith(f"It is not up: make up STACK={ABSENT}\n")


def test_up_ends_with_what_can_be_done_next(clone: Clone, up: str) -> None:
    address = f"http://localhost:{PORT}"
    assert f"The task tracker answers at {address}\n" in up
    assert httpx.get(address).status_code == 200
    assert up.endswith(f"Any command of Pulumi: toolchain/stack {NAME} preview\n")


def test_status_shows_every_service_and_how_it_is(clone: Clone, up: str) -> None:
    _, *lines = clone.make("status").succeeded().splitlines()
    # The engine itself asks a worker for the first time half a minute after its start.
    well = ("(healthy)", "(health: starting)")
    assert {line.split()[0] for line in lines if any(state in line for state in well)} == {
        "postgres", "nats", "api", "worker", "dashboard", "nginx",
    }  # fmt: skip


def test_psql_answers_one_statement_as_it_was_written(clone: Clone, up: str) -> None:
    said = clone.make("psql", "SQL=select 'it''s ' || $$100$$ as \"one column\"").succeeded()
    assert "it's 100" in said and "one column" in said


@pytest.mark.parametrize(
    ("end", "number"),
    [(os.kill, signal.SIGTERM), (os.killpg, signal.SIGINT)],
    ids=["of one process", "of a terminal"],
)
def test_logs_follow_every_service_and_end_on_a_signal_with_all_they_started(
    end: Callable[[int, int], None], number: int, clone: Clone, up: str
) -> None:
    with subprocess.Popen(
        clone.command("logs"), cwd=clone.folder, env=clone.environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=end is os.killpg,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        services = set()
        for line in process.stdout:
            services |= {s for s in ("api", "postgres") if line.startswith(f"{PROJECT}-{NAME}-{s}")}
            if len(services) == 2:
                break
        started = descendants(process.pid)
        assert len(started) > 2 * len(services)
        end(process.pid, number)
        process.stdout.read()
        assert process.wait(10) != 0
    wait_for("the end of what it started", lambda: not any(map(runs, started)), 10)


def test_outputs_tell_addresses_that_answer_and_hide_what_people_log_in_with(
    clone: Clone, up: str
) -> None:
    shown = clone.make("outputs").succeeded()
    outputs = ("stack", "output", "--json", "--show-secrets")
    told: dict[str, str] = json.loads(clone.run("toolchain/stack", NAME, *outputs).succeeded())
    for name in ("address", "api-address", "postgres-address"):
        assert told[name] in shown
    for name in ("admin-token", "statistics-password", "postgres-password"):
        assert told[name] not in shown and name in shown
    assert httpx.get(f"{told['api-address']}/api/health").status_code == 200
    assert asyncio.run(user(told["postgres-address"], told["postgres-password"])) == "postgres"
    last = shown.splitlines()[-1].partition(": ")[2]
    assert clone.run(*last.split()).succeeded().strip() == told["admin-token"]


def test_down_leaves_the_volumes_with_data_and_nothing_else(clone: Clone, up: str) -> None:
    clone.make("down").succeeded()
    assert not docker("ps", "--all", "--quiet", "--filter", f"label=tasktracker.stack={NAME}")
    kept = docker("volume", "ls", "--quiet", "--filter", f"name={PREFIX}-").split()
    assert sorted(kept) == [f"{PREFIX}-nats-data", f"{PREFIX}-postgres-data"]


def runs(process: int) -> bool:
    """Whether a process has not ended; a dead one may wait for its parent."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def user(address: str, password: str) -> str:
    """Who the database takes a client with this address and password for."""
    connection = await asyncpg.connect(address, password=password)
    try:
        return str(await connection.fetchval("select current_user"))
    finally:
        await connection.close()
