"""The default seccomp and AppArmor profiles refuse the calls that most escapes are made of, and a
profile that came with the program may refuse none.
"""

import hashlib
from collections.abc import Iterator

from policies.example import container, planned, service
from policies.planned import REMOTE_IMAGE, WORKLOADS, Planned
from policies.rule import ALWAYS, Config, Rule, Severity


class Profiles(Config):
    """Profiles that were reviewed: seccomp's by the SHA-256 of their text, SELinux's by type."""

    seccomp: tuple[str, ...] = ()
    selinux: tuple[str, ...] = ("container_t", "container_init_t", "svirt_lxc_net_t")


def check(resource: Planned, config: Profiles) -> Iterator[str]:
    built = resource.type == REMOTE_IMAGE
    spec = resource.inputs.inside("build") if built else resource.workload.spec
    for option in spec.texts("securityOpts"):
        # As the engine reads it (moby, daemon/daemon_unix.go): by = or else by :, SELinux bare too.
        name, sign, value = option.partition("=")
        if not sign:
            name, _, value = option.partition(":")
        name, value = name.strip().lower(), value.strip()
        if fault := _fault(name, value, config):
            yield fault
    if built:
        return
    context = resource.workload.spec.inside("privileges", "seLinuxContext")
    if context.flag("disable"):
        yield "privileges.seLinuxContext.disable is true"
    if context.text("type") and context.text("type") not in config.selinux:
        yield f"privileges.seLinuxContext.type is {context.text('type')}"


def _fault(name: str, value: str, config: Profiles) -> str | None:
    if name == "seccomp" and value.lower() not in ("builtin", ""):
        if value.lower() == "unconfined":
            return "securityOpts switches seccomp off"
        digest = hashlib.sha256(value.encode()).hexdigest()
        if digest not in config.seccomp:
            return "securityOpts has a seccomp profile nobody reviewed"
    if name in ("apparmor", "systempaths") and value.lower() == "unconfined":
        return f"securityOpts has {name} unconfined"
    if name == "disable" or (name == "label" and value.lower() == "disable"):
        return "securityOpts switches SELinux off"
    if name == "label" and value.startswith(("type:", "type=")) and value[5:] not in config.selinux:
        return f"securityOpts has the SELinux type {value[5:]}"
    if name == "writable-cgroups" and value.lower() in ("true", "1", "t"):
        return "securityOpts makes cgroups writable"
    return None


rule = Rule(
    id="no-unconfined-security-profile",
    title="Security profiles stay on",
    severity=Severity.high,
    frameworks=(
        "CIS 5.2",
        "CIS 5.3",
        "CIS 5.22",
        "OWASP D03",
        "KICS 404fde2c",
        "Trivy KSV-0104",
        "PSS restricted",
        "audit R5",
    ),
    why=__doc__,
    mend="Remove the option: the engine's default profile then holds.",
    levels=ALWAYS,
    applies=(*WORKLOADS, REMOTE_IMAGE),
    config=Profiles,
    passes=(
        container(securityOpts=["no-new-privileges:true", "label=level:s0:c100,c200"]),
        container(securityOpts=["seccomp=builtin", "label=type:container_t"]),
        service(),
        planned(REMOTE_IMAGE, name="nats:2.12.1"),
    ),
    fails=(
        container(securityOpts=["seccomp=unconfined"]),
        container(securityOpts=['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}']),
        container(securityOpts=["label:disable"]),
        container(securityOpts=["disable"]),
        container(securityOpts=["label=type:spc_t"]),
        container(securityOpts=["writable-cgroups=true"]),
        service(spec={"privileges": {"seLinuxContext": {"type": "spc_t"}}}),
        service(spec={"privileges": {"seLinuxContext": {"disable": True}}}),
        planned(
            REMOTE_IMAGE,
            name="a:v1",
            build={"context": ".", "securityOpts": ["seccomp=unconfined"]},
        ),
    ),
    check=check,
)
