"""A container inside another's namespaces has that one's network, processes or memory: no segment
and no limit of its own holds it.
"""

from collections.abc import Iterator

from policies.example import container
from policies.planned import CONTAINER, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity

MODES = ("networkMode", "pidMode", "ipcMode")


def check(resource: Planned, _: Config) -> Iterator[str]:
    for mode in MODES:
        value = resource.inputs.text(mode)
        if value.startswith(("container:", "service:")) or value == "shareable":
            yield f"{mode} is {value.partition(':')[0]}"


rule = Rule(
    id="no-joined-namespaces",
    title="Containers keep to namespaces of their own",
    severity=Severity.medium,
    frameworks=("CIS 5.16", "CIS 5.17", "KICS 4f31dd9f", "audit N1"),
    why=__doc__,
    mend="Join the other container by a network, and leave the modes at their defaults.",
    levels=DEPLOYED,
    applies=(CONTAINER,),
    passes=(container(networkMode="bridge", ipcMode="private"),),
    fails=(
        container(networkMode="container:vpn"),
        container(pidMode="service:vpn"),
        container(ipcMode="shareable"),
    ),
    check=check,
)
