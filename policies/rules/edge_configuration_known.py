"""An edge whose configuration comes from somewhere else is an edge no rule has looked at."""

from collections.abc import Iterator

from policies.edge import sites
from policies.example import container, edge, stack
from policies.planned import Stack
from policies.rule import Config, Found, Level, Levels, Rule, Severity


class Edge(Config):
    """Services that are the edge."""

    edge: tuple[str, ...] = ("nginx",)


def check(stack: Stack, config: Edge) -> Iterator[Found]:
    edges = [
        r for r in stack.workloads if r.workload.service in config.edge and not r.workload.is_job
    ]
    if edges and not sites(stack):
        yield edges[0], "the stack holds no nginx configuration for it"


rule = Rule(
    id="edge-configuration-known",
    title="The edge's configuration is part of the plan",
    severity=Severity.medium,
    frameworks=("audit E3", "audit E4", "audit E5", "audit E8"),
    why=__doc__,
    mend="Give it by uploads into a volume, or by a ServiceConfig.",
    levels=Levels(Level.disabled, Level.mandatory, Level.mandatory),
    config=Edge,
    passes=(
        stack(
            edge("server { listen 8080; }"),
            container("nginx", labels=[{"label": "tasktracker.service", "value": "nginx"}]),
        ),
        stack(),
    ),
    fails=(stack(container("nginx", labels=[{"label": "tasktracker.service", "value": "nginx"}])),),
    check=check,
)
