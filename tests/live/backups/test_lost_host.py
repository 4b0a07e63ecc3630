"""A host is lost with all its volumes: one command on an empty engine, and the stack serves again.

What is left is the bucket, the stack file and its passphrase; Pulumi's state is lost as well.
"""

import json
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live import stacks
from tests.live.backups.site import until
from tests.live.bucket import Bucket
from tests.live.pulumi_stack import PROJECT, ROOT, PulumiStack, clear, docker, inspect

NAME = "dev-lost"
PREFIX = f"{PROJECT}-{NAME}"
PORT = 28480
ADDRESS = f"http://localhost:{PORT}"


@pytest.fixture(scope="module")
def lost(
    images: dict[str, Any], backups: Bucket, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PulumiStack]:
    values = stacks.dev(PREFIX, PORT)
    values |= {"release": images["release"], "images": images["images"]}
    values["backups"] = backups.settings()
    clear(NAME, PREFIX)
    stack = PulumiStack(NAME, values, backups.secrets, tmp_path_factory.mktemp("lost"))
    try:
        stack.up().succeeded()
        yield stack
    finally:
        clear(NAME, PREFIX)


def ask(path: str, body: dict[str, str] | None = None) -> Any:
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(
        ADDRESS + path, data=data, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def done(task: str) -> bool:
    try:
        return bool(ask(f"/api/tasks/{task}")["status"] == "done")
    except urllib.error.URLError:
        return False


def sql(stack: PulumiStack, statement: str) -> str:
    (server,) = stack.containers("postgres")
    return docker("exec", server, "psql", "-qXAt", "-U", "postgres", "-d", "tasktracker", "-c",
                  statement)  # fmt: skip


def ops(stack: PulumiStack, command: str, *arguments: str) -> str:
    """A command of `ops`, as `make` calls it. Fails with what it said."""
    done = subprocess.run(
        [sys.executable, "-m", f"ops.{command}", *arguments, "--stack", NAME,
         "--cwd", str(stack.folder)],
        env={**stack.environment, "TASK_TRACKER_BACKUP_RECORDS": str(stack.folder / "records")},
        cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_migrations_waited_for_a_backup_and_its_restore_point(lost: PulumiStack) -> None:
    (service,) = lost.containers("backup")
    sets = json.loads(docker("exec", service, "backup", "sets"))
    release = lost.values["release"]
    assert [entry["name"] for entry in sets["sets"]] == [f"before-{release}"]
    point, migrations = (_job(name) for name in ("restore-point", "migrations"))
    assert point["ExitCode"] == migrations["ExitCode"] == 0
    assert point["FinishedAt"] < migrations["StartedAt"]


def _job(name: str) -> dict[str, Any]:
    """How a job that has ended ended."""
    labels = [f"label=tasktracker.stack={NAME}", f"label=tasktracker.service={name}"]
    filters = [part for label in labels for part in ("--filter", label)]
    ended = docker("ps", "--all", "--format", "{{.Names}}", "--filter", "status=exited", *filters)
    (container,) = ended.split()
    state: dict[str, Any] = inspect(container)["State"]
    return state


def test_one_command_on_an_empty_engine_serves_again(
    lost: PulumiStack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tasks = [ask("/api/tasks", {"title": f"kept {n}"})["id"] for n in range(20)]
    for task in tasks:
        until(lambda task=task: done(task), 60, "processed")  # type: ignore[misc]
    vectors = "SELECT md5(string_agg(id || embedding::text, ',' ORDER BY id)) FROM tasks"
    before = sql(lost, vectors)
    ops(lost, "backup", "take")

    clear(NAME, PREFIX)
    docker("volume", "rm", "--force", f"{PREFIX}-backups")
    shutil.rmtree(lost.folder / "state")
    (lost.folder / "state").mkdir()
    assert not docker("ps", "--all", "--quiet", "--filter", f"label=tasktracker.stack={NAME}")
    began = time.monotonic()
    said = ops(lost, "restore", "--yes")
    took = time.monotonic() - began
    with capsys.disabled():
        print(f"\na lost host served again after {took:.0f} s")

    assert "from" in said and "offsite" in said
    assert sql(lost, vectors) == before
    for task in tasks:
        assert done(task), task
    new = ask("/api/tasks", {"title": "after the restore"})["id"]
    until(lambda: done(new), 60, "processed in the restored stack")
    lost.preview("--expect-no-changes").succeeded()
    assert "restore proven" in said or "ok" in ops(lost, "backup", "show")


def test_open_tasks_that_the_stream_lacks_are_queued_again_and_done_once(
    lost: PulumiStack,
) -> None:
    """A set taken while a task was open; the stream it is restored beside does not hold it."""
    (worker,) = lost.containers("worker")
    docker("pause", worker)
    open_task = ask("/api/tasks", {"title": "open at the restore"})["id"]
    until(lambda: sql(lost, f"SELECT queued_at IS NOT NULL FROM tasks WHERE id = '{open_task}'")
          == "t", 30, "queued")  # fmt: skip
    ops(lost, "backup", "take", "--name", "with-an-open-task")
    docker("unpause", worker)
    until(lambda: done(open_task), 60, "processed the first time")
    said = ops(lost, "restore", "--at", "with-an-open-task", "--from", "local", "--yes")
    assert "queued again" in said
    until(lambda: done(open_task), 60, "processed after the restore")
    counted = sql(lost, f"SELECT count(*) FROM tasks WHERE id = '{open_task}'")
    assert counted == "1"
    assert len(docker("volume", "ls", "--quiet", "--filter",
                      f"name={PREFIX}-postgres-data").split()) == 3  # fmt: skip
    ops(lost, "restore", "--forget", "--yes")
    assert len(docker("volume", "ls", "--quiet", "--filter",
                      f"name={PREFIX}-postgres-data").split()) == 1  # fmt: skip
