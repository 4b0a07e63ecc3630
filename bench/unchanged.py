"""An update that changes nothing, beside an empty program's."""

from pathlib import Path

from bench import replicas
from bench.clock import interleaved
from bench.program import Program
from bench.result import Comparison, save

ROUNDS = 5


def measure(folder: Path) -> None:
    """The stack looks whether the host still has all of it, as every `up` does."""
    empty = Program.empty(folder / "empty")
    empty.pulumi("up", "--yes", "--skip-preview")
    stack = replicas.stack(folder / "stack", replicas.values())
    try:
        stack.up().succeeded()
        unchanged, nothing = interleaved(
            {
                "unchanged": lambda: stack.up().succeeded(),
                "empty": lambda: empty.pulumi("up", "--yes", "--skip-preview"),
            },
            ROUNDS,
        ).values()
    finally:
        replicas.remove()
    what, peer = "up that changes nothing", "an empty program"
    save("1-unchanged", [Comparison(what, peer, unchanged, nothing, 4)])
