"""Most kernel settings are shared by all containers of a host; only those below are a container's
own.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


class Sysctls(Config):
    """Kernel settings that may be set: the safe ones of the Pod Security Standards."""

    safe: tuple[str, ...] = (
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
    )


def check(resource: Planned, config: Sysctls) -> Iterator[str]:
    workload = resource.workload
    for name in workload.spec.names("sysctl" if workload.swarm else "sysctls"):
        if name not in config.safe:
            yield f"it sets {name}"


rule = Rule(
    id="no-unsafe-sysctls",
    title="Only safe kernel settings are set",
    severity=Severity.medium,
    frameworks=("PSS baseline", "audit R5"),
    why=__doc__,
    mend="Remove it, or set it on the host.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    config=Sysctls,
    passes=(container(sysctls={"net.ipv4.tcp_syncookies": "1"}), service()),
    fails=(
        container(sysctls={"kernel.msgmax": "65536"}),
        service(spec={"sysctl": {"vm.overcommit_memory": "1"}}),
    ),
    check=check,
)
