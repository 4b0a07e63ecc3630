"""A device of the host is a way past every other wall: a disk, a GPU's memory, the network card."""

from collections.abc import Iterator

from policies.example import container
from policies.planned import CONTAINER, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


class Devices(Config):
    """Device paths that may be given."""

    allowed: tuple[str, ...] = ()


def check(resource: Planned, config: Devices) -> Iterator[str]:
    for device in resource.inputs.each("devices"):
        if (path := device.text("hostPath")) not in config.allowed:
            yield f"it is given the device {path}"
    for name in ("deviceRequests", "deviceCgroupRules", "gpus"):
        if resource.inputs.get(name):
            yield f"{name} is set"


rule = Rule(
    id="no-host-devices",
    title="No device of the host is given away",
    severity=Severity.high,
    frameworks=("CIS 5.18", "OWASP D03", "audit R5"),
    why=__doc__,
    mend="Remove it, or allow the path in the rule's configuration.",
    levels=DEPLOYED,
    applies=(CONTAINER,),
    config=Devices,
    passes=(container(devices=[]),),
    fails=(container(devices=[{"hostPath": "/dev/sda"}]), container(gpus="all")),
    check=check,
)
