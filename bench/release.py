"""The api replaced under load, through the edge: what clients notice of it."""

import time
from collections.abc import Callable
from pathlib import Path

from bench import replicas
from bench.compose import Compose
from bench.result import Comparison, save
from bench.say import say
from tests.live.load import Figures, Load

RATE = 40  # requests a second, what the two CPUs of a small machine carry beside a deploy
REST = 20.0  # seconds of load before the change


def measure(folder: Path) -> None:
    """Each side alone on the machine: under load at rest, then while the api is replaced."""
    values = replicas.values()
    stack = replicas.stack(folder / "pulumi", values)
    try:
        stack.up().succeeded()

        def replace() -> None:
            stack.values["api"]["pool"]["size"] += 1
            stack.write()
            stack.up().succeeded()

        rest, change = under_load(replace)
    finally:
        replicas.remove()
    peer = Compose.of(values, folder / "compose")
    try:
        peer.up()

        def replace_there() -> None:
            peer.file["services"]["api"]["environment"]["DATABASE_POOL_SIZE"] = "11"
            peer.up("api")

        _, there = under_load(replace_there)
    finally:
        peer.down()
    say(f"here {change}; compose {there}")
    assert change.failed == 0, f"requests failed while the api was replaced: {change}"
    result = Comparison(
        "p99 while the api is replaced",
        "at rest",
        [change.p99 * 1000],
        [rest.p99 * 1000],
        3,
        unit="ms",
        remarks=[
            f"{change.failed} of {change.total} requests failed",
            f"compose: {there.failed} of {there.total}",
        ],
    )
    save("3-release", [result])


def under_load(change: Callable[[], None]) -> tuple[Figures, Figures]:
    """What requests met at rest, and from the beginning of a change until shortly after it."""
    with Load(replicas.BASE, rate=RATE) as load:
        warm = time.monotonic() + REST / 4
        until = warm + REST
        while time.monotonic() < until:
            time.sleep(0.2)
        began = time.monotonic()
        change()
        ended = time.monotonic() + 3
        while time.monotonic() < ended:
            time.sleep(0.2)
        at_rest, changing = load.figures(warm, began), load.figures(began)
    say(f"at rest {at_rest}; while it changes {changing}")
    return at_rest, changing
