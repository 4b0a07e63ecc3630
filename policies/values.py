"""A resource's inputs as plain data, with what a preview can't know kept in its place.

The engine hands out inputs as protobuf structs (to the pack and to a transform), the policy SDK as
proxies, a state file as JSON. `plain` reads them all into dictionaries, lists and scalars, so a
rule is written once. An element that isn't known yet is `UNKNOWN`; `Inputs` raises `Undecided` when
a rule needs it to decide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final

from google.protobuf.struct_pb2 import Struct, Value


class Unknown(Enum):
    """The one value that stands for every value a preview can't know."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN


class Secret(str):
    """A text the program marked as secret: readable by a rule, never printed by one."""


# Source of the marks: the SDK's pulumi/runtime/rpc.py and pulumi_policy/proxy.py.
_UNKNOWNS = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # text
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e"
_DEFAULTS = "__defaults"  # the bridge's bookkeeping, not an input
# Inputs that are maps: their keys are the user's own words, not the schema's.
_MAPS = {
    *("env", "logOpts", "sysctls", "sysctl", "driverOpts", "driverOptions", "options", "label"),
    *("ipamOptions", "buildArgs", "args", "tmpfs", "storageOpts", "triggers", "auxAddress"),
}
_HUMP = re.compile(r"(?<=[a-z0-9])_([a-z0-9])")


def plain(value: Any) -> Any:
    """`value` as dictionaries, lists and scalars; unknown elements become `UNKNOWN`."""
    if isinstance(value, Struct):
        return _signed({key: plain(item) for key, item in value.fields.items()})
    if isinstance(value, Value):
        kind = value.WhichOneof("kind")
        if kind == "struct_value":
            return plain(value.struct_value)
        if kind == "list_value":
            return [plain(item) for item in value.list_value.values]
        if kind == "null_value" or kind is None:
            return None
        return plain(getattr(value, kind))
    if isinstance(value, str):
        return UNKNOWN if value in _UNKNOWNS else value
    if isinstance(value, Mapping):
        entries = value if isinstance(value, dict) else value["__target"]  # the SDK's proxy
        return _signed({key: plain(item) for key, item in entries.items()})
    if isinstance(value, Sequence):
        elements = value if isinstance(value, list | tuple) else value["__target"]  # type: ignore[call-overload]
        return [plain(item) for item in elements]
    return value


def camel(value: Any) -> Any:
    """The same data with inputs named as the engine names them (`read_only` → `readOnly`)."""
    if isinstance(value, dict):
        named = {_HUMP.sub(lambda m: m[1].upper(), key): item for key, item in value.items()}
        return {key: item if key in _MAPS else camel(item) for key, item in named.items()}
    if isinstance(value, list):
        return [camel(item) for item in value]
    return value


def _signed(entries: dict[str, Any]) -> Any:
    """Unwrap what the engine marks: secrets, outputs, references; drop the bridge's bookkeeping."""
    entries.pop(_DEFAULTS, None)
    signature = entries.get(_SIGNATURE)
    if signature is None:
        return entries
    if signature == _SECRET:
        return _secret(entries.get("value"))
    if signature == _OUTPUT:
        value = entries.get("value", UNKNOWN)
        return _secret(value) if entries.get("secret") else value
    if signature == _RESOURCE:
        return entries.get("id", UNKNOWN) or UNKNOWN
    return {key: item for key, item in entries.items() if key != _SIGNATURE}  # asset, archive


def _secret(value: Any) -> Any:
    if isinstance(value, str):
        return Secret(value)
    if isinstance(value, list):
        return [_secret(item) for item in value]
    if isinstance(value, dict):
        return {key: _secret(item) for key, item in value.items()}
    return value
