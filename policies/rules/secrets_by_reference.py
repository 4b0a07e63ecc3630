"""A datastore without any secret file either has no password or has it where everybody can read
it.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    workload = resource.workload
    if not workload.is_datastore or workload.is_job:
        return
    if workload.swarm and workload.spec.get("secrets"):
        return
    # On a plain engine a secret is a file of a read-only volume, alone or beside the configuration.
    if any(mount.type == "volume" and mount.read_only for mount in workload.mounts()):
        return
    yield "a datastore has no secret file"


rule = Rule(
    id="secrets-by-reference",
    title="Datastores get their passwords as files",
    severity=Severity.high,
    frameworks=("CIS 7.4", "OWASP D12", "audit S1", "audit S6"),
    why=__doc__,
    mend="Mount a secret below /run/secrets, and name it by the program's _FILE variable.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    passes=(
        container(
            image="postgres:18.1",
            volumes=[{"volumeName": "s", "containerPath": "/run/secrets", "readOnly": True}],
        ),
        container(image="nginx:1.30.6"),
        service(spec={"image": "nats:2.12.1", "secrets": [{"fileName": "users"}]}),
    ),
    fails=(container(image="postgres:18.1"), service(spec={"image": "nats:2.12.1"})),
    check=check,
)
