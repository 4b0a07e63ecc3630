"""A network somebody else made has members no rule, no preview and no picture knows of; and one of
this stack that is named by its id is one that no rule can tell apart.
"""

from collections.abc import Iterator

from policies.example import container, planned, service, stack
from policies.inputs import Undecided
from policies.planned import NETWORK, Stack
from policies.rule import DEPLOYED, Config, Found, Rule, Severity
from policies.topology import networks


class Networks(Config):
    """Networks made elsewhere that may be joined all the same."""

    allowed: tuple[str, ...] = ()


def check(stack: Stack, config: Networks) -> Iterator[Found]:
    for resource in stack.workloads:
        try:
            for name, network in networks(stack, resource).items():
                if network is None and name not in config.allowed:
                    yield resource, f"the network {name} is undeclared"
        except Undecided as unknown:
            yield resource, unknown


rule = Rule(
    id="declared-networks",
    title="Networks are declared",
    severity=Severity.high,
    frameworks=("CIS 5.30", "audit N1"),
    why=__doc__,
    mend="Declare a Network of that name in this stack, and join it by its name.",
    levels=DEPLOYED,
    config=Networks,
    passes=(
        stack(
            planned(NETWORK, "backend", name="backend"),
            container("a", networkMode="bridge", networksAdvanced=[{"name": "backend"}]),
        ),
        stack(container("a", networkMode="none"), container("b", networkMode="container:a")),
    ),
    fails=(
        stack(container("a", networkMode="elsewhere")),
        stack(container("a", networksAdvanced=[{"name": "elsewhere"}])),
        stack(service("a", task={"networksAdvanceds": [{"name": "elsewhere"}]})),
    ),
    check=check,
)
