"""Whoever can write to the engine's socket is root on the host. A read-only mount changes nothing:
the socket still answers.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from policies.example import container, planned, service
from policies.host_paths import host_paths
from policies.planned import VOLUME, WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity

SOCKETS = (
    "/run/docker.sock",
    "/run/docker",
    "/run/user/0/docker.sock",
    "/run/containerd/containerd.sock",
    "/run/user/0/containerd/containerd.sock",
    "/run/k3s/containerd/containerd.sock",
    "/run/podman/podman.sock",
    "/run/user/0/podman/podman.sock",
    "/run/buildkit/buildkitd.sock",
    "/run/crio/crio.sock",
    "/run/dockershim.sock",
    "/run/cri-dockerd.sock",
)
NAMES = {PurePosixPath(socket).name for socket in SOCKETS if socket.endswith(".sock")}


def check(resource: Planned, _: Config) -> Iterator[str]:
    for path in host_paths(resource):
        if _holds_socket(path):
            yield f"it mounts {path}, which holds the engine's socket"
    if resource.type != VOLUME:
        for mount in resource.workload.mounts():
            if mount.type == "npipe":
                yield f"it mounts the pipe {mount.source}"


def _holds_socket(path: str) -> bool:
    """Whether it is a socket by its name, or a directory above a known one."""
    if PurePosixPath(path).name in NAMES or "docker_engine" in path:
        return True
    place = re.sub(r"^/run/user/\d+", "/run/user/0", re.sub(r"^/var/run\b", "/run", path))
    above = ["/", "/var", "/run/user", *SOCKETS]
    return place in above or any(socket.startswith(f"{place}/") for socket in SOCKETS)


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
    applies=(*WORKLOADS, VOLUME),
    passes=(
        container(volumes=[{"volumeName": "data", "containerPath": "/data"}]),
        container(volumes=[{"hostPath": "/opt/notdocker.sock", "containerPath": "/s"}]),
        service(),
        planned(VOLUME, driver="local"),
    ),
    fails=(
        container(
            volumes=[{"hostPath": "/var/run/docker.sock", "containerPath": "/s", "readOnly": True}]
        ),
        container(volumes=[{"volumeName": "/var/run/docker.sock", "containerPath": "/s"}]),
        container(volumes=[{"hostPath": "/var/./run", "containerPath": "/s"}]),
        container(volumes=[{"hostPath": "/var/lib/../run", "containerPath": "/s"}]),
        container(volumes=[{"hostPath": "/run/user/1000", "containerPath": "/s"}]),
        container(volumes=[{"hostPath": "/run/k3s", "containerPath": "/s"}]),
        container(volumes=[{"hostPath": "/var/run/crio", "containerPath": "/s"}]),
        container(volumes=[{"hostPath": "/run/buildkit/buildkitd.sock", "containerPath": "/s"}]),
        service(spec={"mounts": [{"type": "bind", "source": "/run", "target": "/host"}]}),
        planned(VOLUME, driverOpts={"o": "bind", "device": "/opt/../var/run/docker.sock"}),
    ),
    check=check,
)
