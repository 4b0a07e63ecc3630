"""Without a limit one busy loop starves everything beside it."""

from collections.abc import Iterator

from policies.example import container, service
from policies.exempt import fillers
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    if resource.workload.cpus <= 0:
        yield "it has no CPU limit"


rule = Rule(
    id="require-cpu-limit",
    title="CPU is limited",
    severity=Severity.medium,
    frameworks=("OWASP D07", "KICS 6b610c50", "CKV_K8S_11", "audit R1"),
    why=__doc__,
    mend="Set `cpus` (a service: `taskSpec.resources.limits.nanoCpus`); shares are no limit.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    exempt=fillers,
    passes=(
        container(cpus="0.5"),
        container(cpuQuota=50000),
        service(task={"resources": {"limits": {"nanoCpus": 500000000}}}),
    ),
    fails=(container(), container(cpuShares=512), service()),
    check=check,
)
