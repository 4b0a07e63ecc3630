"""The dashboard and the edge talk to strangers. On no network with a datastore, one that is taken
over reaches no data.
"""

from collections.abc import Iterator

from policies.example import container, service, stack
from policies.inputs import Undecided
from policies.planned import Planned, Stack
from policies.rule import ALWAYS, Config, Found, Rule, Severity
from policies.topology import networks


class Tiers(Config):
    """Services that answer to the outside; what publishes a port beyond the loopback joins them."""

    outer: tuple[str, ...] = ("nginx", "dashboard")


def check(stack: Stack, config: Tiers) -> Iterator[Found]:
    outer: dict[str, list[Planned]] = {}
    stores: dict[str, list[Planned]] = {}
    for resource in stack.workloads:
        try:
            sides = [stores] if resource.workload.is_datastore else []
            sides += [outer] if _answers_outside(resource, config) else []
            for network in networks(stack, resource) if sides else ():
                for side in sides:
                    side.setdefault(network, []).append(resource)
        except Undecided as unknown:
            yield resource, unknown
    for network in outer.keys() & stores.keys():
        for resource in outer[network]:
            reached = sorted(store.name for store in stores[network] if store is not resource)
            if reached:
                name = network.rpartition("::")[2]
                yield resource, f"it reaches {', '.join(reached)} on the network {name}"


def _answers_outside(resource: Planned, config: Tiers) -> bool:
    workload = resource.workload
    if workload.service in config.outer:
        return True
    return any(not port.is_local for port in workload.ports())


rule = Rule(
    id="segmentation",
    title="No path from the outside to a datastore",
    severity=Severity.critical,
    frameworks=("CIS 5.30", "OWASP D05", "audit N1"),
    why=__doc__,
    mend="Take one of them off that network: the api is what stands between.",
    levels=ALWAYS,
    config=Tiers,
    passes=(
        stack(
            container(
                "dashboard",
                networksAdvanced=[{"name": "frontend"}],
                labels=[{"label": "tasktracker.service", "value": "dashboard"}],
            ),
            container("api", networksAdvanced=[{"name": "frontend"}, {"name": "backend"}]),
            container("postgres", image="postgres:18.1", networksAdvanced=[{"name": "backend"}]),
        ),
    ),
    fails=(
        stack(
            container(
                "dashboard",
                networksAdvanced=[{"name": "flat"}],
                labels=[{"label": "tasktracker.service", "value": "dashboard"}],
            ),
            container("postgres", image="postgres:18.1", networksAdvanced=[{"name": "flat"}]),
        ),
        stack(
            service(
                "web",
                task={"networksAdvanceds": [{"name": "flat"}]},
                endpointSpec={"ports": [{"targetPort": 80}]},
            ),
            service(
                "nats",
                spec={"image": "nats:2.12.1"},
                task={"networksAdvanceds": [{"name": "flat"}]},
            ),
        ),
    ),
    check=check,
)
