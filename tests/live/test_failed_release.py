"""A release that does not come up is none; one that does costs no request."""

import time
from collections.abc import Iterator

import pytest

from tests.live.app.processes import wait_for
from tests.live.container import wait_until_healthy
from tests.live.leftovers import leftovers
from tests.live.load import Load, Request
from tests.live.pulumi_stack import PulumiStack, docker
from tests.live.replicated import BASE, NAME
from tests.live.site import Site

# What a failed start of a service looks like: it ends again and again, or it never answers.
CRASH = 'import sys; sys.exit("broken release: the table is missing")'
SILENCE = 'import time; print("broken release: waits for ever", flush=True); time.sleep(3600)'


class Releases:
    """Releases of the stack: the one it came up with, and others that tests make of it."""

    def __init__(self, stack: PulumiStack) -> None:
        self.stack = stack
        self.first: str = stack.values["release"]
        self.images: dict[str, str] = dict(stack.values["images"])
        self.broken: list[str] = []

    def broken_image(self, service: str, program: str) -> str:
        """The image of a service with another program in it."""
        tag = f"{NAME}-broken/{service}:sha-{len(self.broken)}"
        dockerfile = (
            f"FROM {self.images[service]}\nENTRYPOINT {['python', '-c', program]}\nCMD []\n"
        )
        docker("build", "--quiet", "--tag", tag, "-", stdin=dockerfile.replace("'", '"'))
        self.broken.append(tag)
        return tag

    def write(self, release: str, **images: str) -> None:
        """What the stack file asks for."""
        self.stack.values |= {"release": release, "images": self.images | images}
        self.stack.write()


@pytest.fixture
def releases(replicated: PulumiStack) -> Iterator[Releases]:
    wait_until_healthy(replicated)
    made = Releases(replicated)
    try:
        yield made
    finally:
        made.write(made.first)
        replicated.up().succeeded()
        if made.broken:
            docker("image", "rm", *made.broken)
        assert leftovers(replicated) == []


@pytest.fixture
def loads() -> Iterator[tuple[Load, Load]]:
    """Reads that tell which release answers, and writes, while a test goes on."""
    answers = Request(path="/api/health", keep=True)
    writes = Request("POST", "/api/tasks", json=lambda n: {"title": f"task {n}"}, expected=201)
    with Load(BASE, answers, rate=10) as reads, Load(BASE, writes, rate=3) as written:
        wait_for("the first answers", lambda: len(written.sent) > 5)
        yield reads, written


def answered(reads: Load) -> set[str]:
    """The releases that have answered."""
    return {sent.answer["release"] for sent in list(reads.sent) if sent.answer}


def test_an_api_that_crashes_is_no_release_and_the_old_one_serves_on(
    releases: Releases, loads: tuple[Load, Load]
) -> None:
    stack, old = releases.stack, releases.stack.containers("api")
    releases.write("sha-0000bad", api=releases.broken_image("api", CRASH))
    for attempt in ("first", "second"):
        started = time.monotonic()
        said = stack.up().failed()
        print(f"\n{attempt} up of a crashing api: failed after {time.monotonic() - started:.0f} s")
        broken = [name for name in api_containers(stack) if name not in old]
        assert len(broken) == 2
        assert any(f"{name} is not healthy but" in said for name in broken), said
        assert "broken release: the table is missing" in said
        assert set(old) <= set(stack.containers("api")), "the old containers are gone"
    releases.write(releases.first)
    stack.up().succeeded()
    assert leftovers(stack) == []
    assert len(stack.containers("api")) == 2
    for load in loads:
        print(f"  over two failed releases and the way back: {load.figures()}")
        assert load.figures().failed == 0, load.figures()
    assert answered(loads[0]) == {releases.first}


def test_an_api_that_never_answers_is_no_release(releases: Releases) -> None:
    old = releases.stack.containers("api")
    releases.write("sha-0000bad", api=releases.broken_image("api", SILENCE))
    said = releases.stack.up().failed()
    assert "is not healthy but running" in said
    assert "Its last probes said" in said and "Connection refused" in said
    assert "broken release: waits for ever" in said
    assert set(old) <= set(releases.stack.containers("api"))
    assert Site(releases.stack).client.get("/api/health").json()["release"] == releases.first


def test_workers_that_crash_hold_back_the_whole_release(
    releases: Releases, loads: tuple[Load, Load]
) -> None:
    stack, old = releases.stack, releases.stack.containers("worker")
    releases.write("sha-0000bad", worker=releases.broken_image("worker", CRASH))
    said = stack.up().failed()
    assert "worker" in said and "broken release: the table is missing" in said
    assert set(old) <= set(stack.containers("worker"))
    site = Site(stack)
    site.done(site.create("the old workers work on").json()["id"])
    assert answered(loads[0]) == {releases.first}, "half a release serves"
    for load in loads:
        assert load.figures().failed == 0, load.figures()


def test_a_good_release_costs_no_request(releases: Releases, loads: tuple[Load, Load]) -> None:
    wait_for("a picture of the rest", lambda: len(loads[0].sent) > 100)
    releases.write("sha-0000002")
    started = time.monotonic()
    releases.stack.up().succeeded()
    ended = time.monotonic()
    print(f"\na new release: up in {ended - started:.0f} s")
    for name, load in zip(("reads", "writes"), loads, strict=True):
        rest, change = load.figures(until=started), load.figures(started, ended)
        print(f"  {name} at rest: {rest}\n  {name} in the change: {change}")
        print(f"  p99 in the change is {change.p99 / rest.p99:.1f} of the one at rest")
        assert load.figures().failed == 0, load.figures()
    assert leftovers(releases.stack) == []
    assert Site(releases.stack).client.get("/api/health").json()["release"] == "sha-0000002"


def api_containers(stack: PulumiStack) -> list[str]:
    """The api containers of a stack that were ever started, also those that crash."""
    mine = ("label=tasktracker.stack=" + stack.name, "label=tasktracker.service=api")
    never = "created"
    listed = docker(
        "ps", "--all", "--format", "{{.Names}} {{.State}}",
        *(part for one in mine for part in ("--filter", one)),
    )  # fmt: skip
    lines = [line.split() for line in listed.splitlines()]
    return [name for name, state in lines if state != never]
