"""On a root nobody can write to, an intruder leaves no program behind, and state that is not on a
volume shows at once.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.exempt import fillers
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    if not resource.workload.spec.flag("readOnly"):
        yield "its root file system can be written to"


rule = Rule(
    id="read-only-root-filesystem",
    title="Root file systems are read-only",
    severity=Severity.high,
    frameworks=("CIS 5.13", "OWASP D08", "Trivy KSV-0014", "CKV_K8S_22", "NSA 1.1", "audit R5"),
    why=__doc__,
    mend="Set `readOnly` to true, and give what must be written a tmpfs or a volume.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    exempt=fillers,
    passes=(container(readOnly=True, tmpfs={"/tmp": "size=64m"}), service(spec={"readOnly": True})),
    fails=(container(readOnly=False), service()),
    check=check,
)
