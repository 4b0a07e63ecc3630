"""What a rule found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from policies.rule import Level, Rule


class Kind(Enum):
    """What a finding is about."""

    violation = "violation"
    undecided = "undecided"
    broken = "broken"
    excused = "excused"


@dataclass(frozen=True)
class Finding:
    """One thing found: `fact` is about the resource, the rule holds the reason and the mend."""

    rule: Rule
    urn: str
    level: Level
    kind: Kind
    fact: str

    @property
    def blocks(self) -> bool:
        return self.level is Level.mandatory

    @property
    def is_excused(self) -> bool:
        return self.kind is Kind.excused

    @property
    def message(self) -> str:
        """The fact, the mend and where to read more, in one paragraph."""
        mend = f" {self.rule.mend}" if self.kind is Kind.violation else ""
        return f"{self.fact}.{mend} ({self.rule.url})"


def place(error: Exception) -> str:
    """The file and line that raised, for whoever mends the rule."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace is None:
        return "an unknown place"
    file = trace.tb_frame.f_code.co_filename.rpartition("/")[2]
    return f"{file}:{trace.tb_lineno}"
