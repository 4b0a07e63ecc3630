"""Without a limit one leak takes the memory of the whole host, and the kernel kills whoever it
likes.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.exempt import fillers
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


class Bound(Config):
    """The highest limit of one container in megabytes, if there is one."""

    highest_megabytes: float | None = None


def check(resource: Planned, config: Bound) -> Iterator[str]:
    memory = resource.workload.memory
    if memory <= 0:
        yield "it has no memory limit"
    elif config.highest_megabytes and memory > config.highest_megabytes:
        yield f"its memory limit is {memory:.0f} MB, above {config.highest_megabytes:.0f} MB"


rule = Rule(
    id="require-memory-limit",
    title="Memory is limited",
    severity=Severity.high,
    frameworks=(
        "CIS 5.11",
        "OWASP D07",
        "KICS bb9ac4f7",
        "Trivy KSV-0018",
        "CKV_K8S_13",
        "audit R1",
    ),
    why=__doc__,
    mend="Set `memory` (megabytes; a service: `taskSpec.resources.limits.memoryBytes`).",
    levels=DEPLOYED,
    applies=WORKLOADS,
    config=Bound,
    exempt=fillers,
    passes=(
        container(memory=512),
        service(task={"resources": {"limits": {"memoryBytes": 536870912}}}),
    ),
    fails=(container(), container(memory=0), service()),
    check=check,
)
