"""What is promised to a service is there when the host is full. Plain Docker promises CPU by
shares.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.exempt import fillers
from policies.planned import WORKLOADS, Planned
from policies.rule import Config, Level, Levels, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    workload = resource.workload
    if workload.swarm:
        reserved = workload.task.inside("resources", "reservation")
        memory, cpu = reserved.number("memoryBytes"), reserved.number("nanoCpus")
    else:
        memory = resource.inputs.number("memoryReservation")
        cpu = resource.inputs.number("cpuShares")
    if memory <= 0:
        yield "no memory is reserved for it"
    if cpu <= 0:
        yield "no CPU is reserved for it"


rule = Rule(
    id="require-reservations",
    title="Memory and CPU are reserved",
    severity=Severity.low,
    frameworks=("CIS 5.12", "audit R1"),
    why=__doc__,
    mend="Set `memoryReservation` and `cpuShares` (a service: `taskSpec.resources.reservation`).",
    levels=Levels(Level.disabled, Level.mandatory, Level.mandatory),
    applies=WORKLOADS,
    exempt=fillers,
    passes=(
        container(memoryReservation=64, cpuShares=256),
        service(task={"resources": {"reservation": {"memoryBytes": 1, "nanoCpus": 1}}}),
    ),
    fails=(container(memory=512), service()),
    check=check,
)
