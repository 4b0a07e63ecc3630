"""One task of a service is down while it moves to another host."""

from collections.abc import Iterator

from policies.example import service
from policies.planned import SERVICE, Planned
from policies.rule import ADVICE, Config, Rule, Severity


class Least(Config):
    """The least tasks a service has."""

    least: int = 2


def check(resource: Planned, config: Least) -> Iterator[str]:
    workload = resource.workload
    writes = any(m.type == "volume" and not m.read_only for m in workload.mounts())
    everywhere = resource.inputs.inside("mode").flag("global")
    if not writes and not everywhere and workload.replicas < config.least:
        yield f"it runs {workload.replicas} of at least {config.least}"


rule = Rule(
    id="replicas-in-prod",
    title="Services of prod run more than once",
    severity=Severity.low,
    frameworks=("audit I5",),
    why=__doc__,
    mend="Raise `mode.replicated.replicas`.",
    levels=ADVICE,
    applies=(SERVICE,),
    config=Least,
    passes=(service(mode={"replicated": {"replicas": 2}}),),
    fails=(service(mode={"replicated": {"replicas": 1}}),),
    check=check,
)
