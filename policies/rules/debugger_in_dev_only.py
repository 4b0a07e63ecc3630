"""A debugger runs any code for whoever connects."""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import ALWAYS, Config, Rule, Severity

PORTS = {5678: "debugpy", 9229: "node", 5005: "java", 2345: "delve"}
PROGRAMS = ("debugpy", "pydevd", "--inspect", "-agentlib:jdwp", "dlv")


def check(resource: Planned, _: Config) -> Iterator[str]:
    workload = resource.workload
    dev = resource.environment == "dev"
    for port in workload.ports():
        if port.internal in PORTS and not (dev and port.is_local):
            yield f"the port of a debugger ({PORTS[port.internal]}) is published"
    for word in workload.command:
        for program in PROGRAMS:
            if not dev and program in word.split("=")[0].split("/")[-1]:
                yield f"its command starts a debugger ({program})"


rule = Rule(
    id="debugger-in-dev-only",
    title="Debuggers listen in dev alone, on the loopback",
    severity=Severity.critical,
    frameworks=("audit N5", "audit D5"),
    why=__doc__,
    mend="Remove it; in dev bind it to 127.0.0.1.",
    levels=ALWAYS,
    applies=WORKLOADS,
    passes=(
        container(
            stack="dev",
            command=["python", "-m", "debugpy"],
            ports=[{"internal": 5678, "external": 5678, "ip": "127.0.0.1"}],
        ),
        service(spec={"args": ["uvicorn"]}),
    ),
    fails=(
        container(ports=[{"internal": 5678, "external": 5678, "ip": "127.0.0.1"}]),
        container(command=["python", "-m", "debugpy"]),
        service(spec={"commands": ["node", "--inspect=0.0.0.0"]}),
    ),
    check=check,
)
