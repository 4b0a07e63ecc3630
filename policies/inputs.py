"""How a rule reads a resource's inputs: what it needs and can't know, it can't decide."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from policies.values import UNKNOWN


class Undecided(Exception):
    """A rule needed the value at `path`, and a preview can't know it, or it is none of its kind."""

    def __init__(self, path: str, kind: str = "") -> None:
        super().__init__(path)
        self.path = path
        self.kind = kind

    @property
    def fact(self) -> str:
        """What is wrong, and how to mend it."""
        if self.kind:
            return f"can't be decided at preview: {self.path} is not {self.kind}"
        return (
            f"can't be decided at preview: {self.path} isn't known; make it known by giving it as "
            "a plain value, not as another resource's output"
        )


class Inputs:
    """One level of a resource's inputs. Names are the schema's own (camelCase).

    A missing value and a null are the same: absent. Reading an unknown raises `Undecided` with its
    path. Lists give what is known first and raise afterwards: what is unknown hides nothing known.
    """

    __slots__ = ("data", "path")

    def __init__(self, data: Mapping[str, Any], path: str = "") -> None:
        self.data = data
        self.path = path

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def has(self, key: str) -> bool:
        """Whether `key` is given at all, known or not."""
        return self.data.get(key) is not None

    def known(self, key: str) -> bool:
        """Whether reading `key` would succeed."""
        return self.data.get(key) is not UNKNOWN

    def get(self, key: str) -> Any:
        """The raw value of `key`, None when absent."""
        value = self.data.get(key)
        if value is UNKNOWN:
            raise Undecided(self._at(key))
        return value

    def text(self, key: str) -> str:
        """The text of `key`; empty when absent."""
        value = self.get(key)
        if isinstance(value, dict | list):
            raise Undecided(self._at(key), "a text")
        return "" if value is None else _text(value, self._at(key))

    def number(self, key: str) -> float:
        """The number of `key`; 0 when absent."""
        value = self.get(key)
        if value is None or value == "":
            return 0.0
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            raise Undecided(self._at(key), "a number")
        return number

    def flag(self, key: str) -> bool:
        """The truth of `key`; false when absent."""
        value = self.get(key)
        return value.lower() == "true" if isinstance(value, str) else bool(value)

    def inside(self, *keys: str) -> Inputs:
        """The level below `keys`; empty when any of them is absent."""
        here = self
        for key in keys:
            value = here.get(key)
            if not isinstance(value, dict | None):
                raise Undecided(here._at(key), "an object")
            here = Inputs(value or {}, here._at(key))
        return here

    def each(self, key: str) -> Iterator[Inputs]:
        """The objects of the list `key`."""
        for path, item in self._elements(key):
            if not isinstance(item, dict):
                raise Undecided(path, "an object")
            yield Inputs(item, path)

    def texts(self, key: str) -> Iterator[str]:
        """The texts of the list `key`."""
        for path, item in self._elements(key):
            if isinstance(item, dict | list):
                raise Undecided(path, "a text")
            yield _text(item, path)

    def names(self, key: str) -> list[str]:
        """The keys of the map `key`; their values may be unknown."""
        return list(self.inside(key).data)

    def _elements(self, key: str) -> Iterator[tuple[str, Any]]:
        unknown = None
        items = self.get(key)
        if not isinstance(items, list | None):
            raise Undecided(self._at(key), "a list")
        for index, item in enumerate(items or ()):
            path = f"{self._at(key)}[{index}]"
            if item is UNKNOWN:
                unknown = unknown or path
            elif item is not None:
                yield path, item
        if unknown:
            raise Undecided(unknown)


def _text(value: object, path: str) -> str:
    try:
        return value if isinstance(value, str) else str(value)
    except ValueError:  # a number of more digits than Python writes
        raise Undecided(path, "a text") from None
