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


def mode_of(network: str) -> Change:
    """One network more, by `networkMode`: the provider joins both."""
    return lambda draft, name: draft.data(name).update(networkMode=draft.physical(network, NETWORK))


def by_driver(driver: str) -> Change:
    def change(draft: Draft, name: str) -> None:
        draft.data(name, NETWORK)["driver"] = driver

    return change


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


OUTER = ("dashboard-1", "nginx")
GATEWAY = given(hosts=[{"host": "host.docker.internal", "ip": "host-gateway"}])

MUTATIONS = (
    Mutation("host network", ("no-host-network",), host_network),
    Mutation(
        "the network named host", ("no-host-network",), more("networksAdvanced", {"name": "host"})
    ),
    Mutation("default bridge", ("user-defined-network",), default_bridge),
    Mutation("a name for the host", ("no-host-gateway",), GATEWAY),
    Mutation("on the backend", ("segmentation",), joined("backend"), OUTER),
    Mutation("by mode on the backend", ("segmentation",), mode_of("backend"), OUTER),
    Mutation("on the frontend", ("segmentation",), joined("frontend"), DATASTORES),
    Mutation("by mode on a way out", (STORE,), mode_of("backups"), DATASTORES),
    Mutation("by mode elsewhere", ("declared-networks",), given(networkMode="elsewhere")),
    Mutation("by an id", ("declared-networks",), more("networksAdvanced", {"name": "0a" * 32})),
    Mutation(
        "the engine's bridge too",
        ("user-defined-network",),
        more("networksAdvanced", {"name": "bridge"}),
    ),
    Mutation("macvlan", ("no-host-network",), by_driver("macvlan"), ("backend", "edge")),
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
    Mutation(
        "overlay in clear", ("encrypted-overlay",), by_driver("overlay"), ("backend", "frontend")
    ),
)
