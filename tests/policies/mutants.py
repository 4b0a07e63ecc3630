"""Every mutation on every service of the prod stack, judged: `python -m tests.policies.mutants`
writes docs/mutants.md.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from policies import configuration
from policies.finding import Finding, Kind
from policies.judge import Judge
from policies.planned import Planned, Stack
from policies.registry import RULES
from tests.policies.draft import Draft
from tests.policies.mutation import Mutation
from tests.policies.mutations import MUTATIONS
from tests.policies.preview import ROOT

FILE = ROOT / "docs" / "mutants.md"
CONFIGURATION = configuration.read(RULES)

_HEAD = """# Mutants

Written by `python -m tests.policies.mutants`; don't edit it by hand.

The plan of the prod stack, as a real preview hands it to the pack, with one thing broken at a time.
The plan itself breaks no rule. Each mutant must be blocked by every rule that is meant to see it,
and by no rule that fails itself. `tests/policies/test_mutants.py` tries them all, and some of them
through a real preview too.
"""


@dataclass(frozen=True)
class Mutant:
    """A mutation, where it was tried, and what was found in the plan then."""

    mutation: Mutation
    name: str
    findings: tuple[Finding, ...]

    @property
    def blocking(self) -> set[str]:
        """The rules that block it, the broken ones not among them."""
        return {f.rule.id for f in self.findings if f.blocks and f.kind is not Kind.broken}

    @property
    def missed(self) -> set[str]:
        """The rules that were meant to block it and don't."""
        return set(self.mutation.rules) - self.blocking

    @property
    def crashes(self) -> list[str]:
        return [f"{f.rule.id}: {f.fact}" for f in self.findings if f.kind is Kind.broken]


def just_deployed(stack: Stack) -> Stack:
    """The stack as deployed a moment ago, so that no rule asks for its state or its host."""
    now = datetime.now(UTC).isoformat()
    backups = {**stack.settings.get("backups", {}), "proven": {"deployed": now}}
    return replace(stack, settings={**stack.settings, "backups": backups})


def judged(stack: Stack) -> tuple[Finding, ...]:
    """All that is found in a stack."""
    return _judged((), stack.resources, stack)


def mutant(stack: Stack, mutation: Mutation, name: str) -> Mutant:
    """What is found in the plan with one thing broken. What stays as it was isn't judged again."""
    draft = Draft(stack)
    mutation.change(draft, name)
    changed = replace(stack, settings=draft.settings)
    return Mutant(mutation, name, _judged(draft.untouched, draft.touched, changed))


def mutants(stack: Stack, mutations: Sequence[Mutation] = MUTATIONS) -> list[Mutant]:
    return [mutant(stack, mutation, name) for mutation in mutations for name in mutation.on]


def _judged(
    seen: Iterable[Planned], judged: Iterable[Planned], stack: Stack
) -> tuple[Finding, ...]:
    judge = Judge(RULES, CONFIGURATION)
    judge.settings = stack.settings
    judge.seen.update({resource.urn: resource for resource in seen})
    found = [finding for resource in judged for finding in judge.resource(resource)]
    return (*found, *judge.stack(stack.name, f"urn:pulumi:{stack.name}"))


def matrix(tried: Sequence[Mutant]) -> str:
    """A row a mutation, a column for what it was tried on: ✓ blocked as meant, ✗ not."""
    columns = list(dict.fromkeys(each.name for each in tried))
    wide = [name for name in columns if sum(each.name == name for each in tried) > 9]
    rows = ["| mutation | blocked by | " + " | ".join((*wide, "others")) + " |"]
    rows.append("|---" * (len(wide) + 3) + "|")
    by_mutation: dict[str, list[Mutant]] = {}
    for each in tried:
        by_mutation.setdefault(each.mutation.name, []).append(each)
    for name, here in by_mutation.items():
        marks = {each.name: "✗" if each.missed or each.crashes else "✓" for each in here}
        others = [f"{mark} {on}" for on, mark in marks.items() if on not in wide]
        cells = [*(marks.get(column, "") for column in wide), ", ".join(others)]
        meant = ", ".join(here[0].mutation.rules)
        rows.append(f"| {name.replace('|', chr(92) + '|')} | {meant} | {' | '.join(cells)} |")
    return "\n".join(rows)


def page(tried: Sequence[Mutant]) -> str:
    """The whole document."""
    rules = {rule for each in tried for rule in each.mutation.rules}
    kinds = len({each.mutation.name for each in tried})
    blocked = sum(not (each.missed or each.crashes) for each in tried)
    count = (
        f"{len(tried)} mutants of {kinds} kinds; {blocked} are blocked as meant, "
        f"by {len(rules)} rules."
    )
    return f"{_HEAD}\n{count}\n\n{matrix(tried)}\n"


if __name__ == "__main__":
    from tests.policies.plan import preview

    with tempfile.TemporaryDirectory() as folder:
        plan = preview("prod", Path(folder)).stack
        FILE.write_text(page(mutants(just_deployed(plan))))
