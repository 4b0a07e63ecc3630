"""The default seccomp and AppArmor profiles refuse the calls that most escapes are made of."""

from collections.abc import Iterator

from policies.example import container, planned, service
from policies.planned import REMOTE_IMAGE, WORKLOADS, Planned
from policies.rule import ALWAYS, Config, Rule, Severity

OFF = {"seccomp:unconfined", "apparmor:unconfined", "label:disable", "systempaths:unconfined"}


def check(resource: Planned, _: Config) -> Iterator[str]:
    built = resource.type == REMOTE_IMAGE
    spec = resource.inputs.inside("build") if built else resource.workload.spec
    for option in spec.texts("securityOpts"):
        if option.replace("=", ":", 1).replace(" ", "").lower() in OFF:
            yield f"securityOpts has {option}"
    if built:
        return
    context = resource.workload.spec.inside("privileges", "seLinuxContext")
    if context.flag("disable"):
        yield "privileges.seLinuxContext.disable is true"


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
    passes=(
        container(securityOpts=["no-new-privileges:true"]),
        service(),
        planned(REMOTE_IMAGE, name="nats:2.12.1"),
    ),
    fails=(
        container(securityOpts=["seccomp=unconfined"]),
        container(securityOpts=["label:disable"]),
        service(spec={"privileges": {"seLinuxContext": {"disable": True}}}),
        planned(
            REMOTE_IMAGE,
            name="a:v1",
            build={"context": ".", "securityOpts": ["seccomp=unconfined"]},
        ),
    ),
    check=check,
)
