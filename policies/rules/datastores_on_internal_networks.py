"""A network with a way out lets a datastore be published, and lets whoever is in it send data
away.
"""

from collections.abc import Iterator

from policies.example import container, planned, service, stack
from policies.inputs import Undecided
from policies.planned import NETWORK, Stack
from policies.rule import Config, Found, Level, Levels, Rule, Severity
from policies.topology import networks


def check(stack: Stack, _: Config) -> Iterator[Found]:
    for resource in stack.workloads:
        try:
            if not resource.workload.is_datastore:
                continue
            for name, network in networks(stack, resource).items():
                if network is None:
                    yield resource, f"the network {name} is not one of the stack's"
                elif not network.inputs.flag("internal"):
                    yield resource, f"the network {network.name} is not internal"
        except Undecided as unknown:
            yield resource, unknown


rule = Rule(
    id="datastores-on-internal-networks",
    title="Datastores are on internal networks alone",
    severity=Severity.high,
    frameworks=("OWASP D05", "audit N1", "audit N4"),
    why=__doc__,
    mend="Declare the network in this stack with `internal` true.",
    levels=Levels(Level.disabled, Level.mandatory, Level.mandatory),
    passes=(
        stack(
            planned(NETWORK, "backend", internal=True, name="backend"),
            container("postgres", image="postgres:18.1", networksAdvanced=[{"name": "backend"}]),
        ),
    ),
    fails=(
        stack(
            planned(NETWORK, "backend", name="backend"),
            container("postgres", image="postgres:18.1", networksAdvanced=[{"name": "backend"}]),
        ),
        stack(
            service(
                "nats",
                spec={"image": "nats:2.12.1"},
                task={"networksAdvanceds": [{"name": "elsewhere"}]},
            )
        ),
    ),
    check=check,
)
