"""The list of rules: every module of `policies/rules`, in order of its name.

A rule can't be left out of a list that isn't written by hand.
"""

from __future__ import annotations

import importlib
import pkgutil

from policies import rules
from policies.rule import Rule


def _all() -> tuple[Rule, ...]:
    found: list[Rule] = []
    for module in sorted(pkgutil.iter_modules(rules.__path__), key=lambda module: module.name):
        found.append(importlib.import_module(f"{rules.__name__}.{module.name}").rule)
    return tuple(found)


RULES: tuple[Rule, ...] = _all()
