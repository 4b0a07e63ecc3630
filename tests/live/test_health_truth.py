"""Health tells the truth: what is frozen, or cut off from what it needs, is red in time.

Everything is frozen at once, as each promise has its own time, and the longest is two minutes.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import pytest

from components.api import PORT
from tests.live.app.processes import wait_for
from tests.live.container import Container, containers, wait_until_healthy
from tests.live.pulumi_stack import PulumiStack, docker
from tests.live.running import Running

# The engine asks a little later than it should where two CPUs are busy with other things.
LATENESS = 10.0


@dataclass
class Freeze:
    """What was frozen and what depends on it; the seconds until each was red, then green."""

    frozen: list[Container]
    dependent: Container
    free: Container
    red: dict[str, float] = field(default_factory=dict)
    green: dict[str, float] = field(default_factory=dict)
    said: str = ""
    ready: httpx.Response = field(default_factory=lambda: httpx.Response(0))
    alive: str = ""

    @property
    def all(self) -> list[Container]:
        return [*self.frozen, self.dependent]


@pytest.fixture(scope="module")
def freeze(replicated: PulumiStack) -> Iterator[Freeze]:
    """One of each service stopped where it is; the second worker and the second api go on."""
    wait_until_healthy(replicated)
    one = {s: containers(replicated, s) for s in ("api", "worker", "dashboard")}
    single = [containers(replicated, s)[0] for s in ("postgres", "nats", "nginx")]
    made = Freeze([*(found[0] for found in one.values()), *single], one["worker"][1], one["api"][1])
    try:
        started = time.monotonic()
        for container in made.frozen:
            container.freeze()
        watch(made, "unhealthy", made.red, started)
        made.said = probed(made.dependent)
        made.ready = readiness(made.free)
        made.alive = made.free.health
    finally:
        for container in made.frozen:
            container.thaw()
    watch(made, "healthy", made.green, time.monotonic())
    yield made


def watch(made: Freeze, health: str, seen: dict[str, float], started: float) -> None:
    """Note when each is so; the longest that any has promised is waited for."""

    def look() -> bool:
        for container in made.all:
            if container.name not in seen and container.health == health:
                seen[container.name] = time.monotonic() - started
        missing = {container.name for container in made.all} - seen.keys()
        assert not missing, f"not {health}: {missing}"
        return True

    longest = max(container.promised.red_within for container in made.all)
    wait_for(f"all to be {health}", look, longest + LATENESS)


def probed(container: Container) -> str:
    """What the container's own probe says when it is asked here and now."""
    script = '"$@" 2>&1 || true'
    return docker("exec", container.name, "sh", "-c", script, "sh", *container.promised.command)


def readiness(api: Container) -> httpx.Response:
    """What an api says of itself, asked past the frozen edge, with more time than a probe has."""
    address = Running(api.name).networks["frontend"]
    return httpx.get(f"http://{address}:{PORT}/api/ready", timeout=15)


def test_who_is_frozen_is_red_in_the_time_its_settings_promise(freeze: Freeze) -> None:
    for container in freeze.frozen:
        took, promised = freeze.red[container.name], container.promised.red_within
        print(f"\n{container}: red after {took:.0f} s, {promised} s promised")
        assert took <= promised + LATENESS, f"{container}: {took:.0f} s, not {promised} s"


def test_a_worker_without_database_and_nats_is_red_in_time_and_names_both(freeze: Freeze) -> None:
    took, promised = freeze.red[freeze.dependent.name], freeze.dependent.promised.red_within
    print(f"\n{freeze.dependent}: red after {took:.0f} s, {promised} s promised: {freeze.said}")
    assert took <= promised + LATENESS
    assert '"database": "ok"' not in freeze.said and '"database"' in freeze.said
    assert '"nats": "ok"' not in freeze.said and '"nats"' in freeze.said


def test_an_api_without_database_and_nats_lives_on_and_says_that_it_is_not_ready(
    freeze: Freeze,
) -> None:
    assert freeze.alive == "healthy", "a restart would not bring the database back"
    assert freeze.ready.status_code == 503
    faults = {part for part, fault in freeze.ready.json().items() if fault != "ok"}
    # Without them nothing is queued, which is told once it has been so for long.
    assert faults - {"outbox"} == {"database", "nats"}


def test_all_are_green_again_by_the_next_probe(freeze: Freeze) -> None:
    for container in freeze.all:
        took, health = freeze.green[container.name], container.promised
        print(f"\n{container}: green after {took:.0f} s")
        # Two probes: one that was under way may still fail.
        assert took <= 2 * (health.interval + health.timeout) + LATENESS, f"{container}: {took} s"
