"""What may die without anybody's help, and what that costs."""

import contextlib
import time
from collections.abc import Sequence

import httpx
import pytest

from tests.live.app.processes import wait_for
from tests.live.container import Container, containers, wait_until_healthy
from tests.live.load import Load, Request
from tests.live.pulumi_stack import PulumiStack, docker
from tests.live.replicated import BASE
from tests.live.running import Running
from tests.live.site import Site

READS = Request(path="/api/tasks?limit=1")
PAGES = Request(path="/")

# There is one of each: requests fail until it is back. What it costs is printed, not asserted, as
# it is the machine's speed.
SINGLES = ("postgres", "nginx")

# A dead worker's tasks go to another one after 20 s, what NATS lost is sent again later than that.
PROCESSED_SECONDS = 90


def writes(title: str) -> Request:
    return Request("POST", "/api/tasks", json=lambda n: {"title": f"{title} {n}"}, expected=201)


@pytest.fixture(scope="module")
def healthy(replicated: PulumiStack) -> PulumiStack:
    wait_until_healthy(replicated)
    return replicated


def test_each_container_killed_under_load_comes_back_by_itself(healthy: PulumiStack) -> None:
    site = Site(healthy)
    with (
        Load(BASE, READS, rate=5) as reads,
        Load(BASE, PAGES, rate=3) as pages,
        Load(BASE, writes("while one dies"), rate=2) as written,
    ):
        wait_for("the first answers", lambda: len(written.sent) > 5)
        for victim in sorted(containers(healthy), key=replica):
            service = Running(victim.name).service
            at = time.monotonic()
            back = victim.kill()
            victim.wait_until_it_answers()
            wait_until_a_task_is_done(site)
            wait_until_each_was_sent((reads, pages, written), at)
            until = time.monotonic()
            print(f"\n{victim}: runs after {back:.1f} s, works after {until - at:.1f} s")
            for name, load in (("reads", reads), ("pages", pages), ("writes", written)):
                met = load.figures(at, until)
                print(f"  {name}: {met}")
                # What was written to a process that died is sent to another one only if it reads:
                # nobody knows how far a write came.
                if service not in SINGLES and name != "writes":
                    assert met.failed == 0, f"{name} while {victim} was dead: {met}"
    wait_until_all_are_done(healthy, acknowledged(written))


def replica(container: Container) -> int:
    """The number of a double, 0 of a single: not one double right after the other."""
    numbers = [int(part) for part in container.name.split("-") if part in ("1", "2")]
    return numbers[0] if numbers else 0


def wait_until_each_was_sent(loads: Sequence[Load], moment: float) -> None:
    """A container that is back at once leaves no time for what is sent every half second."""
    wait_for(
        "one of each request",
        lambda: all(any(one.at >= moment for one in list(load.sent)) for load in loads),
    )


def wait_until_a_task_is_done(site: Site) -> None:
    """From a try on, through a refusal or two, to a task that the worker has been at."""

    def create() -> str | None:
        with contextlib.suppress(AssertionError, httpx.HTTPError):
            return str(site.create("after a death").json()["id"])
        return None

    site.done(str(wait_for("a task to be accepted", create)))


@pytest.mark.parametrize("service", ["postgres", "nats", "worker"])
def test_every_acknowledged_task_survives_the_death_of(healthy: PulumiStack, service: str) -> None:
    victims = containers(healthy, service)
    with Load(BASE, writes(f"while {service} dies"), rate=10) as load:
        wait_for("tasks before the death", lambda: len(acknowledged(load)) > 40)
        for victim in victims:
            victim.kill()
        died = time.monotonic()
        wait_for("tasks after the death", lambda: len(acknowledged(load, since=died)) > 40)
    met = load.figures()
    print(f"\n{service} killed: {met}, {len(acknowledged(load))} acknowledged")
    if service == "postgres":
        assert set(met.faults) <= {"503"}, f"refused otherwise than by `try again`: {met}"
    else:
        assert met.failed == 0, f"tasks are accepted whatever becomes of {service}: {met}"
    wait_until_all_are_done(healthy, acknowledged(load))


def acknowledged(load: Load, since: float = 0.0) -> list[str]:
    """The ids of tasks that were answered with 201."""
    return [s.answer["id"] for s in list(load.sent) if s.fault is None and s.at > since]


def wait_until_all_are_done(stack: PulumiStack, tasks: list[str]) -> None:
    """Wait until the database holds every one of them as done."""
    assert tasks, "no task was acknowledged, so nothing could be lost"
    query = "select status || ' ' || count(*) from tasks where id = any('{%s}') group by status"
    command = ("psql", "-U", "postgres", "-d", "tasktracker", "-Atc", query % ",".join(tasks))
    postgres = stack.containers("postgres")[0]
    expected = f"done {len(tasks)}"

    def look() -> bool:
        found = docker("exec", postgres, *command)
        assert found == expected, f"{found!r}, not {expected!r}"
        return True

    wait_for("all acknowledged tasks to be done", look, PROCESSED_SECONDS)
