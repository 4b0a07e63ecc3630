"""A plan that can be changed: what is touched is copied, the rest stays the plan's own."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from policies.planned import CONTAINER, Planned, Stack
from policies.values import Secret

Key = tuple[str, str]


class Draft:
    """One copy of a stack, changed resource by resource; a resource is named by type and name."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.settings: dict[str, Any] = copy.deepcopy(dict(stack.settings))
        self._original: Mapping[Key, Planned] = {(r.type, r.name): r for r in stack.resources}
        self._changed: dict[Key, Planned | None] = {}

    def data(self, name: str, type: str = CONTAINER) -> dict[str, Any]:
        """The inputs of a resource, to be changed. Raises KeyError where the plan has none."""
        return self._copy((type, name)).data

    def options(self, name: str, type: str = CONTAINER, **options: Any) -> None:
        """Other resource options."""
        resource = self._copy((type, name))
        self._changed[type, name] = replace(resource, options=replace(resource.options, **options))

    def needs(self, name: str, type: str, without: str) -> None:
        """Take a resource out of what another one comes after."""
        resource = self._copy((type, name))
        kept = tuple(urn for urn in resource.dependencies if not urn.endswith(f"::{without}"))
        assert kept != resource.dependencies, f"{name} never needed {without}"
        self._changed[type, name] = replace(resource, dependencies=kept)

    def _copy(self, key: Key) -> Planned:
        if key not in self._changed:
            resource = self._original[key]
            self._changed[key] = replace(resource, data=copy.deepcopy(resource.data))
        changed = self._changed[key]
        assert changed is not None, f"{key[1]} was dropped"
        return changed

    def drop(self, name: str, type: str = CONTAINER) -> None:
        assert (type, name) in self._original, f"the plan has no {name}"
        self._changed[type, name] = None

    def add(self, resource: Planned) -> None:
        self._changed[resource.type, resource.name] = resource

    def physical(self, name: str, type: str) -> str:
        """The name Docker knows a resource by."""
        return str(self._original[type, name].data["name"])

    def edit(self, name: str, file: str, change: Callable[[str], str]) -> None:
        """Change the text of an uploaded file, marked as secret if it was.

        Raises AssertionError where the file is missing or stays as it was.
        """
        uploads = self.data(name)["uploads"]
        (upload,) = [u for u in uploads if str(u["file"]).rpartition("/")[2] == file]
        before = upload["content"]
        after = change(str(before))
        assert after != before, f"nothing changed in {file}"
        upload["content"] = Secret(after) if isinstance(before, Secret) else after

    @property
    def untouched(self) -> list[Planned]:
        return [r for key, r in self._original.items() if key not in self._changed]

    @property
    def touched(self) -> list[Planned]:
        return [resource for resource in self._changed.values() if resource is not None]
