"""One thing broken in a plan, and the rules that are meant to see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.policies.draft import Draft

SERVERS = ("postgres", "nats", "api-1", "worker-1", "dashboard-1", "nginx", "backup", "drill")
JOBS = ("roles", "migrations", "restore-point")
ALL = (*SERVERS, *JOBS)
DATASTORES = ("postgres", "nats")
RELEASED = ("api-1", "worker-1", "dashboard-1", "migrations")

Change = Callable[[Draft, str], None]
"""Breaks one thing of the resource by that name."""


@dataclass(frozen=True)
class Mutation:
    """`rules` are meant to block it, each of them, wherever it is tried (`on`)."""

    name: str
    rules: tuple[str, ...]
    change: Change
    on: tuple[str, ...] = ALL


def given(**inputs: Any) -> Change:
    """Inputs of the container set to these."""

    def change(draft: Draft, name: str) -> None:
        draft.data(name).update(inputs)

    return change


def without(*keys: str) -> Change:
    """Inputs of the container left out."""

    def change(draft: Draft, name: str) -> None:
        for key in keys:
            del draft.data(name)[key]

    return change


def more(key: str, *items: Any) -> Change:
    """Elements added to a list of the container."""

    def change(draft: Draft, name: str) -> None:
        data = draft.data(name)
        data[key] = [*(data.get(key) or ()), *items]

    return change


def inside(key: str, **values: Any) -> Change:
    """Values of an object of the container set to these; None leaves one out."""

    def change(draft: Draft, name: str) -> None:
        inner = {**draft.data(name)[key], **values}
        draft.data(name)[key] = {k: v for k, v in inner.items() if v is not None}

    return change


def environment(name: str, value: str | None) -> Change:
    """A variable of the container set, or left out."""

    def change(draft: Draft, container: str) -> None:
        data = draft.data(container)
        others = [entry for entry in data["envs"] if entry.partition("=")[0] != name]
        data["envs"] = others if value is None else [*others, f"{name}={value}"]

    return change
