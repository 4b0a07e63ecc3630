"""How the resources of a stack meet: which network, volume or image a name stands for."""

from __future__ import annotations

import re

from policies.planned import NETWORK, Planned, Stack
from policies.values import Undecided

# What the engine appends to the name of a resource that is given none.
_SUFFIX = re.compile(r"-[0-9a-f]{7,}")


def declared(stack: Stack, type: str, name: str) -> Planned | None:
    """The resource of `type` that has the physical name `name`."""
    for resource in stack.of(type):
        own = resource.inputs.get("name") if resource.inputs.known("name") else None
        if own == name:
            return resource
        automatic = name.removeprefix(resource.name)
        if own is None and automatic != name and _SUFFIX.fullmatch(automatic):
            return resource
    return None


def networks(stack: Stack, resource: Planned) -> dict[str, Planned | None]:
    """The networks a workload is on, by physical name; None for one the stack doesn't declare.

    Where the names aren't known yet, the networks it depends on stand for them: never fewer.
    """
    try:
        names = list(resource.workload.networks())
    except Undecided:
        found = {n.urn: n for n in stack.of(NETWORK) if n.urn in resource.dependencies}
        if not found:
            raise
        return {urn: network for urn, network in found.items()}
    joined = {name: declared(stack, NETWORK, name) for name in names}
    return {network.urn if network else name: network for name, network in joined.items()}
