"""What is excused from a rule, by whom, why and until when: `exceptions.yaml`, under review."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from policies.configuration import Misconfigured, mapping, told
from policies.planned import Planned
from policies.rule import Rule

FILE = Path(__file__).with_name("exceptions.yaml")


class Exemption(BaseModel):
    """One rule, one resource (a name, a glob or a URN), in the stacks that match `stack`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    rule: str
    stack: str = Field(min_length=1)
    resource: str = Field(min_length=1)
    reason: str = Field(min_length=10)
    approver: str = Field(min_length=1)
    expires: date

    def covers(self, resource: Planned) -> bool:
        names = (resource.name, resource.urn)
        return self.concerns(resource.stack) and any(fnmatchcase(n, self.resource) for n in names)

    def concerns(self, stack: str) -> bool:
        return fnmatchcase(stack, self.stack)

    def days_left(self, today: date) -> int:
        """Days until it ends; it still holds on the day it expires (0)."""
        return (self.expires - today).days

    def told(self, today: date) -> str:
        left = self.days_left(today)
        return (
            f"excused until {self.expires} ({left} days left), approved by {self.approver}: "
            f"{self.reason}"
        )


def read(rules: Iterable[Rule], file: Path = FILE) -> tuple[Exemption, ...]:
    """The exemptions in `file`, none without a file. Raises `Misconfigured` with all faults."""
    if not file.exists():
        return ()
    content = mapping(file)
    entries = content.pop("exceptions", None) or []
    faults = [f"{key}: no such key; the only one is `exceptions`" for key in content]
    if not isinstance(entries, list):
        raise Misconfigured(f"{file}: exceptions: must be a list")
    known = {rule.id for rule in rules}
    exemptions = []
    for index, entry in enumerate(entries):
        try:
            exemption = Exemption.model_validate(entry)
        except ValidationError as error:
            faults += [f"exceptions[{index}].{told(fault)}" for fault in error.errors()]
            continue
        if exemption.rule not in known:
            faults.append(f"exceptions[{index}].rule: no such rule: {exemption.rule}")
        exemptions.append(exemption)
    if faults:
        raise Misconfigured(f"{file}: " + "\n".join(faults))
    return tuple(exemptions)
