"""What depends on a server starts when it is healthy, not when its process exists; and an update
that doesn't wait calls a crash a success.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.exempt import jobs
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    if resource.workload.swarm:
        if not resource.inputs.has("convergeConfig") and not _is_global(resource):
            yield "convergeConfig is not set, so an update ends before it has happened"
    elif not resource.inputs.flag("wait"):
        yield "wait is not set, so dependants start on a guess"


def _is_global(resource: Planned) -> bool:
    """The provider refuses convergeConfig for a service that runs on every node."""
    return resource.inputs.inside("mode").flag("global")


rule = Rule(
    id="wait-for-health",
    title="Nothing goes on before a server is healthy",
    severity=Severity.high,
    frameworks=("audit H7", "audit I5"),
    why=__doc__,
    mend="Set `wait` to true (a service: `convergeConfig`).",
    levels=DEPLOYED,
    applies=WORKLOADS,
    exempt=jobs,
    passes=(container(wait=True), service(convergeConfig={"timeout": "3m"})),
    fails=(container(), container(wait=False), service()),
    check=check,
)
