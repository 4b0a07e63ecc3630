"""Sizes as Docker and the kernel write them."""

from __future__ import annotations

import re

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgtp]?)(?:i?b)?")
_UNITS = {"": 1e-6, "k": 1e-3, "m": 1.0, "g": 1e3, "t": 1e6, "p": 1e9}


def megabytes(text: str) -> float | None:
    """Megabytes of `10m`; None for what is no size, or stands for no end (`0`, `-1`, `50%`)."""
    match = _SIZE.fullmatch(text.strip().lower())
    size = float(match[1]) * _UNITS[match[2]] if match else 0
    return size or None
