"""Names the engine chooses for what is given none."""

from __future__ import annotations

import re


def is_automatic(physical: str, name: str) -> bool:
    """Whether `physical` is one the engine made from `name`: it ends in random digits.

    A project's own pattern (`pulumi:autonaming`) may put more in front.
    """
    return re.fullmatch(rf"(?:.*-)?{re.escape(name)}-[0-9a-f]{{6,}}", physical) is not None
