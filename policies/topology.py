"""How the resources of a stack meet: which network, volume or image a name stands for."""

from __future__ import annotations

import re
from functools import lru_cache

from policies.inputs import Undecided
from policies.naming import is_automatic, origins
from policies.planned import NETWORK, Planned, Stack

# Docker takes the id of a network, whole or shortened, for its name.
_ID = re.compile(r"[0-9a-f]{12,64}")


def declared(stack: Stack, type: str, name: str) -> Planned | None:
    """The resource of `type` that has the physical name `name`.

    The program sees no name the engine will choose, and of what is replaced the pack sees the name
    before. Of the resources it may be, the one whose own name is the longest is meant.
    """
    if (type, name) in stack.by_name:
        return stack.by_name[type, name]
    chosen = _named_by_the_engine(stack)
    return next((chosen[type, o] for o in origins(name) if (type, o) in chosen), None)


@lru_cache(maxsize=2)  # each rule asks for the same one
def _named_by_the_engine(stack: Stack) -> dict[tuple[str, str], Planned]:
    """The resources whose name the engine chooses, by type and by their own name."""
    return {(r.type, r.name): r for r in stack.resources if _is_chosen(r)}


def _is_chosen(resource: Planned) -> bool:
    name = resource.data.get("name")
    return name is None or (isinstance(name, str) and is_automatic(name, resource.name))


def followers(stack: Stack, first: Planned) -> set[str]:
    """What comes after a resource because it needs it, or needs what does: by URN, itself too.

    Raises `Undecided` where dependencies aren't known yet.
    """
    if not stack.is_ordered:
        raise Undecided("dependsOn")
    found, waiting = {first.urn}, [first.urn]
    while waiting:
        following = _needed_by(stack).get(waiting.pop(), set()) - found
        found |= following
        waiting += following
    return found


@lru_cache(maxsize=2)
def _needed_by(stack: Stack) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for resource in stack.resources:
        for needed in resource.dependencies:
            found.setdefault(needed, set()).add(resource.urn)
    return found


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
