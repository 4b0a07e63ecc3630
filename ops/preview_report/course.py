"""What one resource goes through in a plan: the engine lists each operation by itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from components.engines.docker_presence import NUMBER
from ops.preview_report.event_log import Step
from policies.planned import Planned

LEAVES = ("delete", "delete-replaced", "discard", "discard-replaced")
COMES = ("create-replacement", "import-replacement", "read-replacement")


@dataclass(frozen=True)
class Course:
    """All operations on one resource, in the plan's order."""

    steps: Sequence[Step]

    @property
    def urn(self) -> str:
        return self.steps[0].urn

    @property
    def name(self) -> str:
        return self.steps[0].name

    @property
    def type(self) -> str:
        return self.steps[0].type

    @property
    def owner(self) -> str:
        """The component it is part of; the one after the plan where that changes."""
        return (self._last or self.steps[-1]).owner

    @cached_property
    def ops(self) -> list[str]:
        return [step.op for step in self.steps]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Names of the inputs that ask for it."""
        return next((step.reasons for step in reversed(self.steps) if step.reasons), ())

    @property
    def _last(self) -> Step | None:
        return next((step for step in reversed(self.steps) if step.new), None)

    @cached_property
    def before(self) -> Planned | None:
        """The resource that is there now."""
        return next((step.before for step in self.steps if step.old), None)

    @cached_property
    def after(self) -> Planned | None:
        """The resource as the plan leaves it; None where it goes for good."""
        return self._last.after if self._last and not self.goes else None

    @property
    def goes(self) -> bool:
        """Whether it goes for good."""
        return not self.replaced and any(op in LEAVES for op in self.ops)

    @property
    def replaced(self) -> bool:
        return any(op in (*COMES, "replace", "delete-replaced") for op in self.ops)

    @property
    def stops_first(self) -> bool:
        """Whether the old one goes before the new one is made; so too where the plan says none."""
        leaves = next((i for i, op in enumerate(self.ops) if op in LEAVES), len(self.ops))
        comes = next((i for i, op in enumerate(self.ops) if op in COMES), len(self.ops))
        return leaves <= comes

    @cached_property
    def made_again(self) -> bool:
        """Whether the host has it no more, so that it is made again whatever else changes."""
        return bool(self.before and self.after) and _number(self.after) > _number(self.before)


def courses(steps: Iterable[Step]) -> list[Course]:
    """What each resource goes through, in the order in which they are first met."""
    grouped: dict[str, list[Step]] = {}
    for step in steps:
        grouped.setdefault(step.urn, []).append(step)
    return [Course(steps) for steps in grouped.values()]


def labels(data: Mapping[str, Any]) -> dict[str, Any]:
    """Labels of a resource, those that are given as the provider reads them."""
    given = data.get("labels")
    each = [label for label in given if isinstance(label, dict)] if isinstance(given, list) else []
    return {str(label.get("label")): label.get("value") for label in each}


def _number(resource: Planned | None) -> int:
    """How often it was made again (docs/decisions/presence.md)."""
    data = resource.data if resource else {}
    triggers = data.get("triggers")
    number = {**labels(data), **(triggers if isinstance(triggers, dict) else {})}.get(NUMBER)
    return int(number) if isinstance(number, str) and number.isdecimal() else 0
