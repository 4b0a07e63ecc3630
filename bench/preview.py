"""A preview of prod, and an update that changes nothing, beside an empty program's."""

from pathlib import Path

from bench.clock import interleaved
from bench.program import Program
from bench.result import Comparison, save
from tests.live import stacks
from tests.live.pulumi_stack import PulumiStack
from tests.unit.stack_files import SECRETS

ROUNDS = 7


def measure(folder: Path) -> None:
    """The preview of a first deploy, without any host: what a pull request waits for."""
    empty = Program.empty(folder / "empty")
    prod = PulumiStack(
        "prod",
        stacks.committed("prod"),
        SECRETS,
        folder / "prod",
    )
    taken = interleaved(
        {
            "preview of prod": lambda: prod.preview().succeeded(),
            "preview of an empty program": lambda: empty.pulumi("preview"),
        },
        ROUNDS,
    )
    ours, theirs = taken.values()
    save("1-preview", [Comparison("preview of prod", "an empty program", ours, theirs, 3)])
