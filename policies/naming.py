"""Names the engine chooses for what is given none."""

from __future__ import annotations

import re
from collections.abc import Iterator

_DIGITS = re.compile(r"[0-9a-f]{6,}")


def origins(physical: str) -> Iterator[str]:
    """The names the engine may have made `physical` from, the longest first.

    It ends in random digits; a project's own pattern (`pulumi:autonaming`) may put more in front.
    """
    name, dash, digits = physical.rpartition("-")
    while dash and _DIGITS.fullmatch(digits):
        yield name
        _, dash, name = name.partition("-")


def is_automatic(physical: str, name: str) -> bool:
    """Whether `physical` is one the engine made from `name`."""
    return name in origins(physical)
