"""Without it a setuid program inside the image turns any user into root of the container."""

from collections.abc import Iterator
from typing import Any

from policies.example import container
from policies.planned import CONTAINER, Planned
from policies.rule import MENDED_IN_DEV, Config, Rule, Severity

OPTION = "no-new-privileges"


def check(resource: Planned, _: Config) -> Iterator[str]:
    options = [option.replace("=", ":") for option in resource.inputs.texts("securityOpts")]
    if OPTION not in options and f"{OPTION}:true" not in options:
        yield f"securityOpts lacks {OPTION}"
    if f"{OPTION}:false" in options:
        yield f"securityOpts switches {OPTION} off"


def remedy(resource: Planned) -> dict[str, Any] | None:
    options = [o for o in resource.inputs.texts("securityOpts") if not o.startswith(OPTION)]
    return {"securityOpts": [*options, f"{OPTION}:true"]} if [*check(resource, Config())] else None


rule = Rule(
    id="require-no-new-privileges",
    title="No process gains privileges",
    severity=Severity.high,
    frameworks=(
        "CIS 5.26",
        "OWASP D03",
        "KICS 27fcc7d6",
        "KICS 610e266e",
        "Trivy KSV-0001",
        "PSS restricted",
        "audit R5",
    ),
    why=__doc__,
    mend="Add no-new-privileges:true to `securityOpts`.",
    levels=MENDED_IN_DEV,
    applies=(CONTAINER,),
    remedy=remedy,
    passes=(
        container(securityOpts=["no-new-privileges:true"]),
        container(securityOpts=["no-new-privileges"]),
    ),
    fails=(container(), container(securityOpts=["no-new-privileges:false"])),
    check=check,
)
