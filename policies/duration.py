"""Times as Docker writes them."""

from __future__ import annotations

import re

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}


def seconds(text: str) -> float:
    """Seconds of `1m30s`; 0 for an empty text."""
    return sum(
        float(number) * _UNITS[unit]
        for number, unit in re.findall(r"([\d.]+)(h|ms|us|µs|ns|m|s)", text)
    )
