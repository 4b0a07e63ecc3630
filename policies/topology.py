"""How the resources of a stack meet: which network, volume or image a name stands for."""

from __future__ import annotations

import re
from functools import lru_cache

from policies.inputs import Undecided
from policies.naming import origins
from policies.planned import NETWORK, Planned, Stack

# Docker takes the id of a network, whole or shortened, for its name.
_ID = re.compile(r"[0-9a-f]{12,64}")


def declared(stack: Stack, type: str, name: str) -> Planned | None:
    """The resource of `type` that has the physical name `name`.

    The program sees no name the engine will choose; of the resources it may be, the one whose own
    name is the longest is meant.
    """
    if (type, name) in stack.by_name:
        return stack.by_name[type, name]
    unnamed = _unnamed(stack)
    return next((unnamed[type, o] for o in origins(name) if (type, o) in unnamed), None)


@lru_cache(maxsize=2)  # each rule asks for the same one
def _unnamed(stack: Stack) -> dict[tuple[str, str], Planned]:
    """The resources whose name the engine will choose, by type and by their own name."""
    return {(r.type, r.name): r for r in stack.resources if r.data.get("name") is None}


def networks(stack: Stack, resource: Planned) -> dict[str, Planned | None]:
    """The networks a workload is on, by physical name; None for one the stack doesn't declare.

    Where a name isn't known yet, the networks it depends on stand for it: never fewer. For an id do
    those of them that it joins by no name.
    """
    joined: dict[str, Planned | None] = {}
    ids: list[str] = []
    needed = {n.urn: n for n in stack.of(NETWORK) if n.urn in resource.dependencies}
    try:
        for name in resource.workload.networks():
            network = declared(stack, NETWORK, name)
            if network is None and _ID.fullmatch(name):
                ids.append(name)
            else:
                joined[network.urn if network else name] = network
    except Undecided:
        if not needed:
            raise
        joined |= needed
    unnamed: dict[str, Planned | None] = {n: needed[n] for n in needed if n not in joined}
    for id in ids:
        joined |= unnamed or {id: None}
    return joined
