"""These capabilities are the host itself: with one of them a container loads modules, traces
processes, rewrites the network or reads any file.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import ALWAYS, Config, Rule, Severity

DANGEROUS = {
    *("ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "SYS_BOOT", "SYS_TIME"),
    *("NET_ADMIN", "NET_RAW", "DAC_READ_SEARCH", "BPF", "PERFMON", "SYSLOG", "MAC_ADMIN"),
}


def check(resource: Planned, _: Config) -> Iterator[str]:
    for name in resource.workload.capabilities("adds"):
        if name in DANGEROUS:
            yield f"it adds {name}"


rule = Rule(
    id="no-dangerous-capabilities",
    title="No capability that amounts to the host is added",
    severity=Severity.critical,
    frameworks=(
        "CIS 5.4",
        "OWASP D03",
        "Trivy KSV-0005",
        "Trivy KSV-0119",
        "Trivy KSV-0120",
        "CKV_K8S_39",
        "PSS baseline",
        "audit R5",
    ),
    why=__doc__,
    mend="Remove it; what needs it belongs on the host, outside this stack.",
    levels=ALWAYS,
    applies=WORKLOADS,
    passes=(container(capabilities={"adds": ["NET_BIND_SERVICE"]}), service()),
    fails=(container(capabilities={"adds": ["CAP_SYS_ADMIN"]}), service(spec={"capAdds": ["all"]})),
    check=check,
)
