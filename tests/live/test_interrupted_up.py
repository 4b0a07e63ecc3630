"""An `up` that is killed leaves nothing that the next one can't put right."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.live import stacks
from tests.live.app.processes import wait_for
from tests.live.container import wait_until_healthy
from tests.live.killed import kill, kill_an_up
from tests.live.leftovers import leftovers
from tests.live.pulumi_stack import PROJECT, ROOT, PulumiStack, Result, clear, docker
from tests.live.site import Site

NAME = "dev-killed"
PREFIX = f"{PROJECT}-{NAME}"
PORT = 28390
SEED = int(os.environ.get("KILL_SEED", random.randrange(10**6)))

# The most steps that each `up` gets before it is killed. The first one, from nothing, takes about
# 200; the second gives every service another size; the others, to another release, take about 30,
# the last of which delete what was replaced.
STEPS = (120, 40, 20, 20, 20)
TRIES = 2 * len(STEPS)  # one that ends before its last step is no kill, and is tried again
SERVICES = ("postgres", "nats", "api", "worker", "dashboard", "edge")


@pytest.fixture(scope="module")
def stack(
    images: dict[str, Any], tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[PulumiStack]:
    """A stack that is not up yet."""
    clear(NAME, PREFIX)
    values = stacks.dev(PREFIX, PORT) | {"release": images["release"], "images": images["images"]}
    made = PulumiStack(NAME, values, {}, tmp_path_factory.mktemp("killed"))
    try:
        yield made
    finally:
        if not request.config.getoption("--keep"):
            clear(NAME, PREFIX)


def recover(stack: PulumiStack, *options: str) -> Result:
    """`make recover`, without Make."""
    done = subprocess.run(
        [sys.executable, "-m", "ops.recover", "--stack", stack.name, *options],
        cwd=stack.folder, env=stack.environment | {"PYTHONPATH": str(ROOT)}, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return Result(done.returncode, done.stdout)


def pending(stack: PulumiStack) -> list[Any]:
    exported = json.loads(stack.pulumi("stack", "export").succeeded())
    found: list[Any] = exported["deployment"].get("pending_operations") or []
    return found


def change(stack: PulumiStack, number: int) -> None:
    """Give an `up` something to do."""
    if number == 2:
        for service in SERVICES:
            stack.values[service]["limits"]["memory"] += 1
    stack.values["release"] = f"sha-000000{number:x}"
    stack.write()


def test_each_of_five_ups_killed_at_random_is_put_right_by_the_next(stack: PulumiStack) -> None:
    print(f"\nKILL_SEED={SEED}")
    chance = random.Random(SEED)
    killed = 0
    for number in range(1, TRIES + 1):
        if number > 1:
            change(stack, number)
        was_killed, said = kill_an_up(stack, chance, STEPS[killed])
        print(f"{number}: {said}")
        if not was_killed:
            continue
        killed += 1
        print(recover(stack, "--yes").succeeded().strip())
        assert pending(stack) == []
        stack.up().succeeded()
        assert leftovers(stack) == []
        site = Site(stack)
        site.done(site.create(f"after kill {killed}").json()["id"])
        if killed == len(STEPS):
            break
    assert killed == len(STEPS), f"only {killed} of {TRIES} were killed before their end"
    stack.preview("--expect-no-changes").succeeded()
    assert "is whole, nothing to do" in recover(stack).succeeded()


def test_a_data_volume_is_no_orphan_and_a_container_of_another_stack_is_none(
    stack: PulumiStack,
) -> None:
    labels = ("--label", f"tasktracker.stack={NAME}")
    orphan = f"{PREFIX}-api-0000ff"
    image = stack.values["images"]["files"]
    docker("create", "--name", orphan, *labels, image, "/never-started")
    docker("create", "--name", f"{orphan}-2", "--label", f"tasktracker.stack={NAME}-2", image, "/x")
    try:
        shown = recover(stack, "--dry-run").succeeded()
        assert orphan in shown and f"{orphan}-2" not in shown
        assert docker("ps", "--all", "--quiet", "--filter", f"name=^{orphan}$")
        refused = recover(stack).failed()
        assert "Go on?" in refused
        recover(stack, "--yes").succeeded()
        assert not docker("ps", "--all", "--quiet", "--filter", f"name=^{orphan}$")
        assert docker("volume", "ls", "--quiet", "--filter", f"name={PREFIX}-postgres-data")
    finally:
        docker("rm", "--force", orphan, f"{orphan}-2", check=False)


def test_the_second_of_two_ups_is_told_who_holds_the_stack(stack: PulumiStack) -> None:
    stack.values["release"] = "sha-00000ff"
    stack.write()
    locks = stack.folder / "state" / ".pulumi" / "locks"
    with subprocess.Popen(
        stack.command("up", "--yes", "--skip-preview"), env=stack.environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    ) as first:  # fmt: skip
        try:
            wait_for("the first up to hold the stack", lambda: list(locks.rglob("*.json")))
            said = stack.up().failed()
            assert "the stack is currently locked" in said and f"(pid {first.pid})" in said
            told = recover(stack, "--yes").failed()
            assert "is being changed by" in told and f"process {first.pid}" in told
            output, _ = first.communicate(timeout=600)
            assert first.returncode == 0, output
        finally:
            if first.poll() is None:
                kill(first.pid)
    assert Site(stack).client.get("/api/health").json()["release"] == "sha-00000ff"
    wait_until_healthy(stack)
