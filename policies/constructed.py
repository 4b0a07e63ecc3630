"""A resource as the program constructs it, before anything of it is registered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi._types import input_type_to_dict, is_input_type

from policies.values import UNKNOWN, Secret


def urn_of(parent: str, type: str, name: str) -> str:
    """The URN the engine will give; `parent` is one, or empty."""
    of_parent = parent.split("::")[2] if parent else ""
    prefix = "" if of_parent in ("", "pulumi:pulumi:Stack") else f"{of_parent}$"
    return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{prefix}{type}::{name}"


def raw(value: Any) -> Any:
    """A constructor's arguments as plain data: an output is its value if it has one by now."""
    if isinstance(value, pulumi.Output):
        if not value._data.done() or value._data.cancelled() or value._data.exception():
            return UNKNOWN
        output = value._data.result()
        if not output.is_known:
            return UNKNOWN
        inner = raw(output.value)
        return Secret(inner) if output.is_secret and isinstance(inner, str) else inner
    if is_input_type(type(value)):
        return raw(input_type_to_dict(value))
    if isinstance(value, Mapping):
        return {key: raw(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [raw(item) for item in value]
    return value
