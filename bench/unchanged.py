"""An update that changes nothing, beside an empty program's."""

from pathlib import Path

from bench import replicas
from bench.clock import interleaved
from bench.program import Program
from bench.result import Comparison, save

ROUNDS = 5


def measure(folder: Path) -> None:
    """Both refresh first, as Pulumi.yaml says: the stack asks the engine for every container.

    The floor of a stack with a network is 2 s: the provider waits so long before it reads one.
    """
    empty = Program.empty(folder / "empty", refresh=True)
    empty.pulumi("up", "--yes", "--skip-preview")
    stack = replicas.stack(folder / "stack", replicas.values())
    try:
        stack.up().succeeded()
        taken = interleaved(
            {
                "unchanged": lambda: stack.up().succeeded(),
                "unchanged, not refreshed": lambda: stack.up("--refresh=false").succeeded(),
                "empty": lambda: empty.pulumi("up", "--yes", "--skip-preview"),
                "empty, not refreshed": lambda: empty.pulumi(
                    "up", "--yes", "--skip-preview", "--refresh=false"
                ),
            },
            ROUNDS,
        )
    finally:
        replicas.remove()
    refreshed, plain, empty_refreshed, empty_plain = taken.values()
    peer = "an empty program"
    save(
        "1-unchanged",
        [
            Comparison(
                "up that changes nothing", peer, refreshed, empty_refreshed, 4,
                remarks=["2 s of it the provider waits before it reads a network"],
            ),
            Comparison("the same with `--refresh=false`", peer, plain, empty_plain, 4),
        ],
    )  # fmt: skip
