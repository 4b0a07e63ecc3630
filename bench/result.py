"""What was measured, as it is committed and as the README shows it."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench.clock import ratio

FOLDER = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Comparison:
    """Something measured beside a peer or a floor in the same run; lists have a value a round."""

    what: str
    peer: str
    ours: list[float]
    theirs: list[float]
    target: float | None  # None: nobody asked for one
    unit: str = "s"
    remarks: list[str] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return ratio(self.ours, self.theirs)

    @property
    def met(self) -> bool:
        return self.target is None or self.ratio <= self.target

    def row(self) -> str:
        ours, theirs = (self._text(values) for values in (self.ours, self.theirs))
        found = f"{self.ratio:.{1 if self.ratio >= 0.1 else 2}f}"
        verdict = f"**{found}**" if self.met else f"{found} (missed)"
        target = "" if self.target is None else f"≤ {self.target:.2g}"
        return (
            f"| {'; '.join([self.what, *self.remarks])} | {ours} | {theirs} ({self.peer}) "
            f"| {verdict} | {target} |"
        )

    def _text(self, values: Sequence[float]) -> str:
        median = statistics.median(values)
        return f"{median:.0f} ms" if self.unit == "ms" else f"{median:.1f} {self.unit}"


@dataclass(frozen=True)
class Growth:
    """Seconds of a step by how many things there are of one kind."""

    what: str
    seconds: dict[int, list[float]]
    noun: str = "service"

    def marginal(self) -> list[float]:
        """Milliseconds that each further one costs, from one size to the next."""
        medians = {size: statistics.median(values) for size, values in self.seconds.items()}
        sizes = sorted(medians)
        return [
            (medians[more] - medians[less]) / (more - less) * 1000
            for less, more in zip(sizes, sizes[1:], strict=False)
        ]

    def table(self) -> list[str]:
        rows = [f"| {self.what} | seconds | a further {self.noun} costs |", "|---|---|---|"]
        costs = ["", *(f"{cost:.0f} ms" for cost in self.marginal())]
        for (size, values), cost in zip(sorted(self.seconds.items()), costs, strict=True):
            rows.append(f"| {size} {self.noun}s | {statistics.median(values):.1f} | {cost} |")
        return rows


def save(name: str, results: Sequence[Comparison | Growth]) -> None:
    """Write the results of one measurement, to be committed."""
    FOLDER.mkdir(exist_ok=True)
    kinds = [{"kind": type(result).__name__, **asdict(result)} for result in results]
    (FOLDER / f"{name}.json").write_text(json.dumps(kinds, indent=1) + "\n")


def load() -> tuple[list[Comparison], list[Growth]]:
    """All that was measured, this time or before."""
    comparisons: list[Comparison] = []
    growths: list[Growth] = []
    for file in sorted(FOLDER.glob("*.json")):
        for kept in json.loads(file.read_text()):
            if kept.pop("kind") == "Growth":
                seconds = {int(size): values for size, values in kept.pop("seconds").items()}
                growths.append(Growth(seconds=seconds, **kept))
            else:
                comparisons.append(Comparison(**kept))
    return comparisons, growths
