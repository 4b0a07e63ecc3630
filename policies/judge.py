"""Runs the rules over a plan and says what was found. The pack, the guard and the report share it.

It fails closed: a value that isn't known is a finding of its own, a rule that raises is one, and
so are an exemption that expired or meets no resource, and a mandatory rule that decided on none of
its resources.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from policies.configuration import Configuration
from policies.exceptions import Exemption
from policies.finding import Finding, Kind, place
from policies.inputs import Undecided
from policies.planned import Planned, Stack
from policies.rule import Config, Level, Rule


@dataclass(frozen=True)
class InForce:
    """A rule as it holds somewhere: how strictly, with which values; or why it doesn't at all."""

    rule: Rule
    level: Level
    config: Config
    absent: str | None = None


class Judge:
    """Judges one run: resource by resource, then the stack they make."""

    def __init__(
        self,
        rules: Sequence[Rule],
        configuration: Configuration | None = None,
        exemptions: Sequence[Exemption] = (),
        today: date | None = None,
        mends: bool = False,
    ) -> None:
        """`mends`: whether a rule at level remediate has mended already what it can."""
        self.rules = rules
        self.configure(configuration or Configuration())
        self.exemptions = exemptions
        self.today = today or date.today()
        self.mends = mends
        self.settings: Mapping[str, Any] = {}
        self.is_new = False
        self.is_ordered = True
        self.seen: dict[str, Planned] = {}
        self.decided: Counter[str] = Counter()
        self.concerned: Counter[str] = Counter()
        self._used: set[Exemption] = set()

    def configure(self, configuration: Configuration) -> None:
        """Judge by other values from now on."""
        self._configuration = configuration
        self._in_force: dict[tuple[str, str], tuple[InForce, ...]] = {}

    def in_force(self, type: str, environment: str) -> tuple[InForce, ...]:
        """Every rule of resources as it holds for a type in an environment."""
        key = (type, environment)
        if key not in self._in_force:
            self._in_force[key] = tuple(
                InForce(
                    rule,
                    level := self._configuration.level(rule, environment),
                    self._configuration.of(rule),
                    "of another type"
                    if type not in rule.applies
                    else f"disabled in {environment}"
                    if level is Level.disabled
                    else None,
                )
                for rule in self.rules
                if rule.applies
            )
        return self._in_force[key]

    def resource(self, resource: Planned) -> Iterator[Finding]:
        """What the rules of its type find in one resource."""
        self.seen[resource.urn] = resource
        for each in self.in_force(resource.type, resource.environment):
            if not (each.absent or _exempt(each.rule, resource)):
                self.concerned[each.rule.id] += 1
                yield from self._run(each, resource, resource.urn)

    def depends(self, urn: str, others: Iterable[str]) -> None:
        """Note what a resource depends on, which is known once all have registered."""
        if urn in self.seen:
            self.seen[urn] = replace(self.seen[urn], dependencies=tuple(others))

    def outside(self, resource: Planned) -> Iterator[tuple[str, str]]:
        """The rules of resources that don't look at this one, and why."""
        for each in self.in_force(resource.type, resource.environment):
            if reason := each.absent or _exempt(each.rule, resource):
                yield each.rule.id, reason

    def stack(self, name: str, urn: str) -> Iterator[Finding]:
        """What the rules of the whole stack find in all that was seen; `urn` is the stack's own."""
        stack = Stack(name, tuple(self.seen.values()), self.settings, self.is_new, self.is_ordered)
        for rule in self.rules:
            level = self._configuration.level(rule, stack.environment)
            if not rule.applies and level is not Level.disabled:
                yield from self._run(InForce(rule, level, self._configuration.of(rule)), stack, urn)
        yield from self._uncovered(stack, urn)
        yield from self._unmatched(stack, urn)

    def _run(self, each: InForce, subject: Planned | Stack, urn: str) -> Iterator[Finding]:
        rule, level, decided = each.rule, each.level, True
        try:
            for found in rule.check(subject, each.config):
                about, fact = found if isinstance(found, tuple) else (subject, found)
                if isinstance(fact, Undecided):
                    decided = False
                yield self._finding(rule, about, urn, level, fact)
        except Undecided as unknown:
            decided = False
            yield self._finding(rule, subject, urn, level, unknown)
        except Exception as error:  # a rule that raises is neither a pass nor a crash
            # The text of the error may hold an input, and an input a secret: only its type is told.
            fact = f"the rule itself failed ({type(error).__name__} at {place(error)})"
            decided = False
            yield Finding(rule, urn, Level.mandatory, Kind.broken, fact)
        self.decided[rule.id] += decided

    def _finding(
        self, rule: Rule, about: Planned | Stack, urn: str, level: Level, found: str | Undecided
    ) -> Finding:
        urn = about.urn if isinstance(about, Planned) else urn
        if level is Level.remediate:
            level = Level.mandatory if self.mends else Level.advisory
        kind, fact = Kind.violation, str(found)
        if isinstance(found, Undecided):
            kind, fact = Kind.undecided, found.fact
            level = Level.advisory if about.environment == "dev" else level
        for exemption in self.exemptions:
            if exemption.rule == rule.id and isinstance(about, Planned) and exemption.covers(about):
                self._used.add(exemption)
                if exemption.days_left(self.today) >= 0:
                    told = f"{fact}; {exemption.told(self.today)}"
                    return Finding(rule, urn, Level.advisory, Kind.excused, told)
                fact = f"{fact}; its exception expired on {exemption.expires}"
                level = Level.mandatory
        return Finding(rule, urn, level, kind, fact)

    def _uncovered(self, stack: Stack, urn: str) -> Iterator[Finding]:
        for rule in self.rules:
            level = self._configuration.level(rule, stack.environment)
            if level is Level.mandatory and self.concerned[rule.id] and not self.decided[rule.id]:
                fact = f"decided on none of the {self.concerned[rule.id]} resources it concerns"
                strict = Level.advisory if stack.environment == "dev" else level
                yield Finding(rule, urn, strict, Kind.undecided, fact)

    def _unmatched(self, stack: Stack, urn: str) -> Iterator[Finding]:
        by_id = {rule.id: rule for rule in self.rules}
        for exemption in self.exemptions:
            if not exemption.concerns(stack.name) or exemption in self._used:
                continue
            rule = by_id[exemption.rule]
            if not any(exemption.covers(resource) for resource in stack.resources):
                fact = f"the exception for {exemption.resource!r} meets no resource: remove it"
                yield Finding(rule, urn, Level.mandatory, Kind.violation, fact)
            elif exemption.days_left(self.today) < 0:
                fact = f"the exception for {exemption.resource!r} expired on {exemption.expires}"
                yield Finding(rule, urn, Level.mandatory, Kind.violation, fact)
            else:
                fact = f"the exception for {exemption.resource!r} isn't needed any more: remove it"
                yield Finding(rule, urn, Level.advisory, Kind.excused, fact)


def _exempt(rule: Rule, resource: Planned) -> str | None:
    try:
        return rule.exempt(resource) if rule.exempt else None
    except Exception:  # what can't be told apart isn't exempt; the check itself will say why
        return None
