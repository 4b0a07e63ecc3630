"""Limits that add up to more than the host has are no limits: under load the kernel chooses who
dies. What is replaced by a new one beside it needs its memory twice meanwhile.
"""

from collections.abc import Iterator

from policies.example import container, service, stack
from policies.planned import Options, Stack
from policies.rule import ALWAYS, Config, Found, Rule, Severity


def check(stack: Stack, _: Config) -> Iterator[Found]:
    host = stack.settings.get("host")
    if not isinstance(host, dict):
        return  # a stack whose file says nothing about its host
    cpus = memory = 0.0
    for resource in stack.workloads:
        if not resource.workload.is_job:
            generations = 2 if resource.options.delete_before_replace is False else 1
            cpus += resource.workload.cpus * resource.workload.replicas
            memory += resource.workload.memory * resource.workload.replicas * generations
    if cpus > float(host.get("cpus", 0)):
        yield f"limits add up to {cpus:g} CPUs, the host has {host.get('cpus', 0):g}"
    if memory > float(host.get("memory", 0)):
        yield (
            f"limits add up to {memory:.0f} MB while a release is replaced, "
            f"the host has {host.get('memory', 0)} MB"
        )


_BESIDE = container("a", "prod", Options(delete_before_replace=False), cpus="2", memory=2048)

rule = Rule(
    id="fits-host",
    title="The stack fits its host",
    severity=Severity.high,
    frameworks=("OWASP D07", "audit R1"),
    why=__doc__,
    mend="Lower limits or replicas, or name a larger host in the stack file.",
    levels=ALWAYS,
    passes=(
        stack(container("a", cpus="2", memory=2048), host={"cpus": 4, "memory": 4096}),
        stack(_BESIDE, host={"cpus": 2, "memory": 4096}),
        stack(container("a", cpus="2")),
    ),
    fails=(
        stack(container("a", cpus="2", memory=2048), host={"cpus": 1, "memory": 4096}),
        stack(_BESIDE, host={"cpus": 2, "memory": 4095}),
        stack(
            service(
                "a",
                task={"resources": {"limits": {"memoryBytes": 2147483648}}},
                mode={"replicated": {"replicas": 3}},
            ),
            host={"cpus": 8, "memory": 4096},
        ),
    ),
    check=check,
)
