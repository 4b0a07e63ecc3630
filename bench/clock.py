"""Times of things side by side: each round takes every one in turn, so that load meets them all."""

import statistics
import time
from collections.abc import Callable, Mapping

from bench.say import say

Step = Callable[[], object]


def interleaved(
    steps: Mapping[str, Step], rounds: int, before: Step = lambda: None, warm_up: bool = True
) -> dict[str, list[float]]:
    """Wall seconds of each step, `rounds` times; a first round to warm up isn't counted.

    `before` goes before every step, and isn't timed.
    """
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for number in range(not warm_up, rounds + 1):
        for name, step in steps.items():
            before()
            seconds = timed(step)
            say(f"{name}: {seconds:.2f} s" + (" (warm-up)" if number == 0 else ""))
            if number:
                taken[name].append(seconds)
    return taken


def timed(step: Step) -> float:
    """Wall seconds of one step."""
    start = time.monotonic()
    step()
    return time.monotonic() - start


def ratio(ours: list[float], theirs: list[float]) -> float:
    """The median over rounds of what one took in times of the other."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
