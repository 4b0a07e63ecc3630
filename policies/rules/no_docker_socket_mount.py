"""Whoever can write to the engine's socket is root on the host. A read-only mount changes nothing:
the socket still answers.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity

SOCKETS = (
    "docker.sock",
    "containerd.sock",
    "podman.sock",
    "crio.sock",
    "dockershim.sock",
    "cri-dockerd.sock",
)
ABOVE = {"/", "/run", "/var", "/var/run", "/run/containerd", "/run/docker", "/run/podman"}


def check(resource: Planned, _: Config) -> Iterator[str]:
    for mount in resource.workload.mounts():
        if mount.type not in ("bind", "npipe"):
            continue
        path = "/" + mount.source.strip("/")
        if path.endswith(SOCKETS) or "docker_engine" in path or path in ABOVE:
            yield f"it mounts {mount.source}, which holds the engine's socket"


rule = Rule(
    id="no-docker-socket-mount",
    title="Nobody gets the engine's socket",
    severity=Severity.critical,
    frameworks=(
        "CIS 5.32",
        "OWASP D01",
        "KICS d6355c88",
        "Trivy KSV-0006",
        "CKV_K8S_27",
        "audit R5",
    ),
    why=__doc__,
    mend="Remove the mount; what manages containers runs outside the stack.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    passes=(container(volumes=[{"volumeName": "data", "containerPath": "/data"}]), service()),
    fails=(
        container(
            volumes=[{"hostPath": "/var/run/docker.sock", "containerPath": "/s", "readOnly": True}]
        ),
        service(spec={"mounts": [{"type": "bind", "source": "/run", "target": "/host"}]}),
    ),
    check=check,
)
