"""Who is on which network, and what leads out."""

from policies.example import planned
from policies.planned import NETWORK
from tests.policies.draft import Draft
from tests.policies.mutation import DATASTORES, Change, Mutation, given, more

STORE = "datastores-on-internal-networks"


def joined(network: str) -> Change:
    """One network more for a container."""
    return lambda draft, name: more(
        "networksAdvanced", {"name": draft.physical(network, NETWORK), "aliases": []}
    )(draft, name)


def open_network(draft: Draft, name: str) -> None:
    draft.data(name, NETWORK)["internal"] = False


def flat(draft: Draft, name: str) -> None:
    """One network for it and for the dashboard, which answers to strangers."""
    draft.add(planned(NETWORK, "flat", name="flat", internal=True))
    for each in (name, "dashboard-2"):
        draft.data(each)["networksAdvanced"] = [{"name": "flat"}]


def host_network(draft: Draft, name: str) -> None:
    draft.data(name).update(networkMode="host", networksAdvanced=[])


def default_bridge(draft: Draft, name: str) -> None:
    draft.data(name).update(networkMode="bridge", networksAdvanced=[])


def plain_overlay(draft: Draft, name: str) -> None:
    draft.data(name, NETWORK)["driver"] = "overlay"


GATEWAY = given(hosts=[{"host": "host.docker.internal", "ip": "host-gateway"}])

MUTATIONS = (
    Mutation("host network", ("no-host-network",), host_network),
    Mutation(
        "the network named host", ("no-host-network",), more("networksAdvanced", {"name": "host"})
    ),
    Mutation("default bridge", ("user-defined-network",), default_bridge),
    Mutation("a name for the host", ("no-host-gateway",), GATEWAY),
    Mutation("on the backend", ("segmentation",), joined("backend"), ("dashboard-1", "nginx")),
    Mutation("on the frontend", ("segmentation",), joined("frontend"), DATASTORES),
    Mutation("on the edge's network", ("segmentation", STORE), joined("edge"), DATASTORES),
    Mutation("on a network with a way out", (STORE,), joined("backups"), DATASTORES),
    Mutation(
        "on a network of somebody else",
        (STORE,),
        more("networksAdvanced", {"name": "elsewhere"}),
        DATASTORES,
    ),
    Mutation("flat network", ("segmentation",), flat, DATASTORES),
    Mutation(
        "network not internal", ("backend-network-internal",), open_network, ("backend", "frontend")
    ),
    Mutation("datastores' network not internal", (STORE,), open_network, ("backend",)),
    Mutation("overlay in clear", ("encrypted-overlay",), plain_overlay, ("backend", "frontend")),
)
