"""The plans of the project's own stacks, previewed once for all tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.policies.plan import Plan, preview

PlanOf = Callable[[str], Plan]


@pytest.fixture(scope="session")
def plan_of(tmp_path_factory: pytest.TempPathFactory) -> PlanOf:
    """The plan of a stack, by its name."""
    known: dict[str, Plan] = {}

    def plan(name: str) -> Plan:
        if name not in known:
            known[name] = preview(name, tmp_path_factory.mktemp(name))
        return known[name]

    return plan
