"""What a preview costs as services grow."""

from functools import partial
from pathlib import Path

from bench.clock import timed
from bench.program import ROOT, Program
from bench.result import Growth, save
from bench.say import say

SIZES = {6: 5, 60: 3, 600: 1}  # services: rounds


def measure(folder: Path) -> None:
    """No worse than linear: a further service costs no more among 600 than among 60."""
    programs = {size: Program.make(folder / str(size), ROOT / "bench" / "many") for size in SIZES}
    for size, program in programs.items():
        program.pulumi("config", "set", "services", str(size))
    seconds: dict[int, list[float]] = {size: [] for size in SIZES}
    for size, rounds in SIZES.items():
        for _ in range(rounds):
            seconds[size].append(timed(partial(programs[size].pulumi, "preview")))
            say(f"preview of {size} services: {seconds[size][-1]:.2f} s")
    save("4-growth", [Growth("preview, as services grow", seconds)])
