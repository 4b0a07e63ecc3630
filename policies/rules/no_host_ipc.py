"""With the host's IPC namespace a container reads and writes the shared memory of the host's
programs.
"""

from collections.abc import Iterator

from policies.example import container
from policies.planned import CONTAINER, Planned
from policies.rule import ALWAYS, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    if resource.inputs.text("ipcMode") == "host":
        yield "ipcMode is host"


rule = Rule(
    id="no-host-ipc",
    title="Nothing shares the host's memory segments",
    severity=Severity.high,
    frameworks=("CIS 5.17", "KICS baa3890f", "Trivy KSV-0008", "PSS baseline", "audit R5"),
    why=__doc__,
    mend="Remove `ipcMode`, or set it to private.",
    levels=ALWAYS,
    applies=(CONTAINER,),
    passes=(container(ipcMode="private"),),
    fails=(container(ipcMode="host"),),
    check=check,
)
