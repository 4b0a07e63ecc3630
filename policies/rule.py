"""What a rule is: its name, its reason, what it checks and how strict it is where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from policies.inputs import Undecided
from policies.planned import Planned, Stack

PAGE = "docs/rules.md"


class Level(IntEnum):
    """How strict a rule is, in rising order."""

    disabled = 0
    advisory = 1
    remediate = 2
    mandatory = 3


class Severity(Enum):
    """How bad a violation is."""

    low = "low"
    medium = "medium"
    high = "high"
    critical = "critical"


class Config(BaseModel):
    """The values of a rule that may be chosen; each rule with any has a subclass of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True)
class Levels:
    """The level of a rule in each environment; an environment of another name gets prod's."""

    dev: Level
    staging: Level
    prod: Level

    def of(self, environment: str) -> Level:
        known = {"dev": self.dev, "staging": self.staging}
        return known.get(environment, self.prod)


ALWAYS = Levels(Level.mandatory, Level.mandatory, Level.mandatory)
DEPLOYED = Levels(Level.advisory, Level.mandatory, Level.mandatory)
MENDED_IN_DEV = Levels(Level.remediate, Level.mandatory, Level.mandatory)
PROD = Levels(Level.disabled, Level.advisory, Level.mandatory)
ADVICE = Levels(Level.disabled, Level.advisory, Level.advisory)

Fact = str | Undecided
Found = Fact | tuple[Planned, Fact]
"""What breaks the law or can't be known; from a rule of the stack with the resource it is about."""

Check = Callable[[Any, Any], Iterator[Found]]
"""From a resource (or a stack) and the rule's configuration to what is found.

It may raise `Undecided`; what it yielded before stays found.
"""

Remedy = Callable[[Planned], dict[str, Any] | None]
"""From a resource to the inputs that mend it, or None when there is nothing to mend."""


@dataclass(frozen=True)
class Rule:
    """One law. `applies` holds type tokens; a rule without any looks at the whole stack.

    `exempt` says why a resource of those types is outside the law (None: it isn't).
    `passes` and `fails` are examples: resources, or whole stacks for a rule of the stack.
    """

    id: str
    title: str
    severity: Severity
    frameworks: tuple[str, ...]
    why: str
    mend: str
    levels: Levels
    check: Check
    applies: tuple[str, ...] = ()
    config: type[Config] = Config
    exempt: Callable[[Planned], str | None] | None = None
    remedy: Remedy | None = None
    passes: tuple[Planned | Stack, ...] = field(default=(), repr=False)
    fails: tuple[Planned | Stack, ...] = field(default=(), repr=False)

    @property
    def url(self) -> str:
        """Where the rule is written down, from the root of the repository."""
        return f"{PAGE}#{self.id}"
