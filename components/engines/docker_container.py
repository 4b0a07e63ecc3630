"""What a workload is as inputs of a plain container: pure, and the same for services and jobs."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pulumi
import pulumi_docker as docker

from components.workload import Health, Workload
from mistakes import nearest

# Changes of these reach no running container: the provider calls them an update in place and does
# nothing. Only a new container has them.
NEEDS_NEW_CONTAINER = ["healthcheck", "tmpfs", "init", "cpus", "shmSize"]

# Processes and threads of one user: four times what the largest stack has, and an end to a runaway
# one. The kernel counts them for a user on the whole host, and the provider knows no other limit.
MAX_PROCESSES = 4096

# 30 MB of log a container at most (audit R4).
LOG_OPTIONS = {"max-size": "10m", "max-file": "3"}


def labels(
    stack: str, service: str, more: Mapping[str, str] = MappingProxyType({})
) -> list[docker.ContainerLabelArgs]:
    """By these, commands find the containers of a stack and of a service."""
    found = {"tasktracker.service": service, "tasktracker.stack": stack, **more}
    return [docker.ContainerLabelArgs(label=label, value=value) for label, value in found.items()]


def inputs(
    workload: Workload,
    networks: Mapping[str, pulumi.Input[str]],
    filled: Sequence[tuple[str, pulumi.Input[str]]],
) -> dict[str, Any]:
    """Arguments of `docker.Container`, hardened as audit R1-R5 ask.

    `networks` are the engine's names of the networks; `filled` are read-only (path, volume) pairs.
    Raises ValueError for a network that is none of them.
    """
    for attachment in workload.networks:
        if attachment.network not in networks:
            raise ValueError(
                f"networks: {attachment.network!r} of {workload.name} is none of this stack: "
                + nearest(attachment.network, networks)
            )
    limits = workload.limits
    return {
        "image": workload.image,
        **({"command": list(workload.command)} if workload.command else {}),
        "user": f"{workload.uid}:{workload.uid}",
        "envs": [f"{key}={value}" for key, value in sorted(workload.environment.items())],
        "networks_advanced": [
            docker.ContainerNetworksAdvancedArgs(
                name=networks[attachment.network],
                aliases=[workload.name] if attachment.answers else [],
            )
            for attachment in workload.networks
        ],
        "network_mode": "bridge" if workload.networks else "none",
        "ports": [
            docker.ContainerPortArgs(
                internal=port.internal, external=port.external, ip=port.address, protocol="tcp"
            )
            for port in workload.ports
        ],
        "volumes": [
            *(
                docker.ContainerVolumeArgs(
                    volume_name=mount.volume, container_path=mount.path, read_only=mount.read_only
                )
                for mount in workload.mounts
            ),
            *(
                docker.ContainerVolumeArgs(volume_name=volume, container_path=path, read_only=True)
                for path, volume in filled
            ),
        ],
        "read_only": True,
        "tmpfs": {
            path: f"size={size}m,uid={workload.uid},gid={workload.uid},noexec,nosuid,nodev"
            for path, size in workload.tmpfs.items()
        },
        "shm_size": workload.shared_memory,
        "capabilities": docker.ContainerCapabilitiesArgs(drops=["ALL"]),
        "security_opts": ["no-new-privileges:true"],
        "cpus": str(float(limits.cpus)),  # as the engine writes it: 1.0, not 1
        # One host has no scheduler to reserve CPUs with; shares are what it grants when busy.
        "cpu_shares": int(limits.cpus_reserved * 1024),
        "memory": limits.memory,
        "memory_swap": limits.memory,
        "memory_reservation": limits.memory_reserved,
        "ulimits": [
            docker.ContainerUlimitArgs(name="nproc", soft=MAX_PROCESSES, hard=MAX_PROCESSES)
        ],
        "log_driver": "json-file",
        "log_opts": LOG_OPTIONS,
        "stop_signal": workload.stop_signal,
        "stop_timeout": workload.stop_grace,
        # The provider kills at once unless it is told how long a stop may take.
        "destroy_grace_seconds": workload.stop_grace,
    }


def healthcheck(health: Health) -> docker.ContainerHealthcheckArgs:
    """The engine's health check, run without a shell."""
    return docker.ContainerHealthcheckArgs(
        tests=["CMD", *health.command],
        interval=f"{health.interval}s",
        timeout=f"{health.timeout}s",
        retries=health.retries,
        start_period=f"{health.start_period}s",
    )
