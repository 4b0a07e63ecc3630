"""From nothing to all healthy, beside Docker Compose with the same images and checks."""

from functools import partial
from pathlib import Path

from bench import replicas
from bench.clock import ratio, timed
from bench.compose import Compose
from bench.result import Comparison, save
from bench.say import say
from tests.live.pulumi_stack import PulumiStack

ROUNDS = 3


def measure(folder: Path) -> None:
    """Each round starts both from nothing, one after the other; images are there."""
    values = replicas.values()
    peer = Compose.of(values, folder / "compose")
    taken: dict[str, list[float]] = {"pulumi up": [], "docker compose up --wait": []}
    for number in range(ROUNDS):
        try:
            stack = replicas.stack(folder / str(number), values)
            taken["pulumi up"].append(timed(partial(up, stack)))
        finally:
            replicas.remove()
        try:
            taken["docker compose up --wait"].append(timed(peer.up))
        finally:
            peer.down()
        say(" ".join(f"{name} {seconds[-1]:.1f} s" for name, seconds in taken.items()))
    ours, theirs = taken.values()
    say(f"ratio {ratio(ours, theirs):.2f}")
    what = "up from nothing to all healthy, images present"
    remark = "compose waits 30 s for the engine's first probe of a worker, the stack probes itself"
    beside = "`docker compose up --wait`"
    save("2-start", [Comparison(what, beside, ours, theirs, 1.5, remarks=[remark])])


def up(stack: PulumiStack) -> None:
    stack.up().succeeded()
