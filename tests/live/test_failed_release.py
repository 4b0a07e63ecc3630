"""A release that does not come up is none; one that does costs no request."""

import json
import re
import time
from collections.abc import Iterator
from datetime import datetime

import pytest

from tests.live.app.processes import wait_for
from tests.live.container import wait_until_healthy
from tests.live.leftovers import leftovers
from tests.live.load import Load, Request
from tests.live.pulumi_stack import PulumiStack, Result, docker, inspect
from tests.live.replicated import BASE, NAME
from tests.live.site import Site

# What a failed start of a service looks like: it ends again and again, or it never answers.
CRASH = 'import sys; sys.exit("broken release: the table is missing")'
SILENCE = 'import time; print("broken release: waits for ever", flush=True); time.sleep(3600)'


class Releases:
    """Releases of the stack: the one that serves, and others that tests make of it."""

    def __init__(self, stack: PulumiStack) -> None:
        self.stack = stack
        self.first: str = stack.values["release"]
        self.images: dict[str, str] = dict(stack.values["images"])
        self.broken: list[str] = []
        self.old: dict[str, set[str]] = {s: set(stack.containers(s)) for s in ("api", "worker")}

    def break_image(self, service: str, program: str) -> str:
        """The image of a service with another program in it."""
        tag = f"{NAME}-broken/{service}:sha-{len(self.broken)}"
        entry = json.dumps(["python", "-c", program])
        docker(
            "build", "--quiet", "--tag", tag, "-",
            stdin=f"FROM {self.images[service]}\nENTRYPOINT {entry}\nCMD []\n",
        )  # fmt: skip
        self.broken.append(tag)
        return tag

    def up(self, release: str, **images: str) -> Result:
        """Ask for a release, some images of which may be others."""
        self.stack.values |= {"release": release, "images": self.images | images}
        self.stack.write()
        return self.stack.up()

    @property
    def serves(self) -> str:
        """The release that answers."""
        return str(Site(self.stack).client.get("/api/health").json()["release"])

    def assert_old_ones_run(self) -> None:
        for service, names in self.old.items():
            assert names <= set(self.stack.containers(service)), f"{service}: old ones are gone"


@pytest.fixture(scope="module")
def releases(replicated: PulumiStack) -> Iterator[Releases]:
    """From a stack on which all is well; the last test of this module leaves it so."""
    wait_until_healthy(replicated)
    made = Releases(replicated)
    yield made
    docker("image", "rm", "--force", *made.broken)


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


def test_an_api_that_crashes_is_no_release_at_the_first_up_nor_at_the_second(
    releases: Releases, loads: tuple[Load, Load]
) -> None:
    broken = releases.break_image("api", CRASH)
    for attempt in ("first", "second"):
        started = time.monotonic()
        said = releases.up("sha-0000bad", api=broken).failed()
        print(f"\n{attempt} up of an api that crashes: {time.monotonic() - started:.0f} s")
        assert re.search(rf"{NAME}-api-[12]-\w+ is not healthy but", said), said
        assert "broken release: the table is missing" in said, "its log is not shown"
        releases.assert_old_ones_run()
    for load in loads:
        print(f"  meanwhile: {load.figures()}")
        assert load.figures().failed == 0, load.figures()
    assert answered(loads[0]) == {releases.first}


def test_an_api_that_never_answers_is_no_release(releases: Releases) -> None:
    broken = releases.break_image("api", SILENCE)
    said = releases.up("sha-0001bad", api=broken).failed()
    assert re.search(rf"{NAME}-api-[12]-\w+ is not healthy but running", said), said
    assert re.search("Its last probes said:.*Connection refused", said, re.S), said
    assert "broken release: waits for ever" in said, "its log is not shown"
    releases.assert_old_ones_run()
    assert releases.serves == releases.first


def test_workers_that_crash_hold_back_the_whole_release(
    releases: Releases, loads: tuple[Load, Load]
) -> None:
    said = releases.up("sha-0002bad", worker=releases.break_image("worker", CRASH)).failed()
    assert re.search(rf"{NAME}-worker-[12]-\w+ is not healthy but", said), said
    assert "broken release: the table is missing" in said, "its log is not shown"
    releases.assert_old_ones_run()
    site = Site(releases.stack)
    site.done(site.create("the old workers work on").json()["id"])
    assert answered(loads[0]) == {releases.first}, "half a release serves"
    for load in loads:
        assert load.figures().failed == 0, load.figures()


def test_migrations_that_crash_hold_back_the_whole_release(
    releases: Releases, loads: tuple[Load, Load]
) -> None:
    broken = releases.break_image("migrations", CRASH)
    there = {service: set(releases.stack.containers(service)) for service in releases.old}
    said = releases.up("sha-0003bad", migrations=broken).failed()
    assert re.search(rf'exit status 1: "docker start .*{NAME}-migrations-\w+"', said), said
    assert "broken release: the table is missing" in said, "its log is not shown"
    releases.assert_old_ones_run()
    site = Site(releases.stack)
    site.done(site.create("the old workers work on").json()["id"])
    for service, names in there.items():
        new = set(releases.stack.containers(service)) - names
        assert new == set(), f"{service} was started though its migrations had failed"
    assert answered(loads[0]) == {releases.first}
    for load in loads:
        assert load.figures().failed == 0, load.figures()


def test_a_good_release_costs_no_request_and_leaves_nothing_of_the_broken_ones(
    releases: Releases, loads: tuple[Load, Load]
) -> None:
    wait_for("figures at rest", lambda: len(loads[0].sent) > 100)
    started = time.monotonic()
    releases.up("sha-0000002").succeeded()
    ended = time.monotonic()
    print(f"\na good release: up in {ended - started:.0f} s")
    for name, load in zip(("reads", "writes"), loads, strict=True):
        rest, change = load.figures(until=started), load.figures(started, ended)
        print(f"  {name} at rest: {rest}\n  {name} in the change: {change}")
        print(f"  p99 in the change is {change.p99 / rest.p99:.1f} times that at rest")
        assert load.figures().failed == 0, load.figures()
    assert releases.serves == "sha-0000002"
    assert leftovers(releases.stack) == []
    assert len(releases.stack.containers("api")) == len(releases.stack.containers("worker")) == 2


def test_the_migrations_of_a_release_have_ended_before_any_of_it_starts(
    releases: Releases,
) -> None:
    stack = releases.stack
    label = f"label=tasktracker.stack={stack.name}"
    job = ("--filter", "label=tasktracker.service=migrations", "--filter", "status=exited")
    (migrations,) = docker("ps", "--all", "--quiet", "--filter", label, *job).split()
    assert f"RELEASE={releases.serves}" in inspect(migrations)["Config"]["Env"]
    assert inspect(migrations)["State"]["ExitCode"] == 0
    ended = moment(migrations, "FinishedAt")
    for container in (*stack.containers("api"), *stack.containers("worker")):
        assert ended < moment(container, "StartedAt"), f"{container} met the schema before it"


def moment(container: str, what: str) -> datetime:
    """When the engine started it, or saw its end."""
    return datetime.fromisoformat(inspect(container)["State"][what])
