"""Scalars, lists and maps in the forms a Compose file allows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_UNITS = {"": 1, "b": 1, "k": 2**10, "m": 2**20, "g": 2**30}


def pairs(entries: Any, separator: str = "=") -> Iterator[tuple[str, str | None]]:
    """Names and values of a list (`NAME=value`) or a map; None for a value that isn't given."""
    if isinstance(entries, Mapping):
        for name, value in entries.items():
            yield str(name), None if value is None else text(value)
    for entry in entries if isinstance(entries, Sequence) else ():
        name, *value = re.split(separator, text(entry), maxsplit=1)
        yield name, value[0] if value else None


def words(words: Any) -> list[str] | None:
    if words is None:
        return None
    return shlex.split(words) if isinstance(words, str) else [text(word) for word in words]


def text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def size(value: Any) -> int:
    found = re.fullmatch(r"([\d.]+)\s*([bkmg]?)b?", str(value).lower())
    assert found, f"no size: {value!r}"
    return int(float(found[1]) * _UNITS[found[2]])


def megabytes(value: Any) -> int | None:
    return None if value is None else max(1, size(value) // 2**20)


def seconds(value: Any) -> int | None:
    if value is None:
        return None
    units = {"h": 3600, "m": 60, "s": 1}
    return sum(int(n) * units[u] for n, u in re.findall(r"(\d+)([hms])", str(value)))
