"""How the resources of a stack meet: which network, volume or image a name stands for."""

from __future__ import annotations

from functools import lru_cache

from policies.inputs import Undecided
from policies.naming import origins
from policies.planned import NETWORK, Planned, Stack


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
