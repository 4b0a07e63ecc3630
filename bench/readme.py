"""The table in the README, between its markers."""

import os
from pathlib import Path

from bench.result import load

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"


def text() -> str:
    """Comparisons first, growth after."""
    comparisons, growths = load()
    lines = ["| measured | here | beside it | ratio | target |", "|---|---|---|---|---|"]
    lines += [comparison.row() for comparison in comparisons]
    for growth in growths:
        lines += ["", *growth.table()]
    lines += [
        "",
        f"Medians of interleaved rounds, both sides in one run on {os.cpu_count()} CPUs; "
        "`make bench` measures again.",
    ]
    return "\n".join(lines)


def write() -> None:
    """Put the table where the markers are. Raises ValueError when the README has none."""
    whole = README.read_text()
    before, begin, rest = whole.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{README}: no {BEGIN} and {END}; put them where the table goes")
    README.write_text(f"{before}{BEGIN}\n{text()}\n{END}{after}")
