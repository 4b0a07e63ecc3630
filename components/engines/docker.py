"""Plain containers on one Docker host."""

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_command as command
import pulumi_docker as docker

from components.engine import Live, LiveFiles, Running
from components.engines import docker_live
from components.engines.docker_volumes import (
    digest,
    directory_uploads,
    filler,
    secret_uploads,
)
from components.workload import Workload

SECRETS = "/run/secrets"

# Seconds on top of what the health check itself allows: pulling the process up on a busy host.
START_MARGIN = 20

# Changes of these reach no running container: the provider calls them an update in place and does
# nothing. Only a new container has them.
NEEDS_NEW_CONTAINER = ["healthcheck", "tmpfs", "init", "cpus", "shmSize"]


class DockerEngine(pulumi.ComponentResource):
    """Runs workloads as containers: made beside the old ones, proven healthy, then switched."""

    def __init__(
        self, name: str, *, stack: str, prefix: str, host: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:  # fmt: skip
        super().__init__("tasktracker:engines:Docker", name, None, opts)
        self._stack, self._prefix, self._host = stack, prefix, host
        # A preview needs no host (decision: policies are checked where production is out of reach).
        self._provider = docker.Provider(
            "host",
            host=host,
            disable_docker_daemon_check=True,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.workloads: list[Workload] = []
        self._networks: dict[str, docker.Network] = {}
        self._images: dict[str, docker.RemoteImage] = {}
        self.register_outputs({})

    def network(
        self, name: str, *, internal: bool, isolating: bool, parent: pulumi.Resource
    ) -> None:
        """See `Engine.network`."""
        self._networks[name] = docker.Network(
            name,
            driver="bridge",
            internal=internal,
            options={"com.docker.network.bridge.enable_icc": str(not isolating).lower()},
            opts=self._beside(parent),
        )

    def data_volume(self, name: str, *, parent: pulumi.Resource) -> pulumi.Output[str]:
        """See `Engine.data_volume`. Its name is fixed, so that a new stack finds old data."""
        volume = docker.Volume(
            name,
            name=f"{self._prefix}-{name}",
            opts=pulumi.ResourceOptions(
                parent=parent,
                provider=self._provider,
                protect=True,
                retain_on_delete=True,
                # Labels and driver options are fixed at creation: a change would replace the data.
                ignore_changes=["labels", "driver", "driverOpts"],
            ),
        )
        return volume.name

    def service(
        self, workload: Workload, *, parent: pulumi.Resource, after: Sequence[pulumi.Resource] = ()
    ) -> Running:
        """See `Engine.service`. Replicas share an alias and are addressed by container name."""
        if workload.health is None:
            raise ValueError(f"health: {workload.name} runs for long, so give it a health check")
        inputs, needs = self._inputs(workload, parent)
        health = workload.health
        containers = [
            docker.Container(
                workload.name if workload.replicas == 1 else f"{workload.name}-{number}",
                **inputs,
                restart="unless-stopped",
                wait=True,
                wait_timeout=health.green_within + START_MARGIN,
                healthcheck=docker.ContainerHealthcheckArgs(
                    tests=["CMD", *health.command],
                    interval=f"{health.interval}s",
                    timeout=f"{health.timeout}s",
                    retries=health.retries,
                    start_period=f"{health.start_period}s",
                ),
                opts=self._beside(
                    parent,
                    exclusive=workload.exclusive,
                    depends_on=[*needs, *after],
                    replace_on_changes=NEEDS_NEW_CONTAINER,
                ),
            )
            for number in range(1, workload.replicas + 1)
        ]
        return Running(tuple(c.name for c in containers), tuple(containers))

    def job(
        self, workload: Workload, *, parent: pulumi.Resource, after: Sequence[pulumi.Resource] = ()
    ) -> pulumi.Resource:
        """See `Engine.job`. The provider would take any exit for a success; `docker start` tells.

        A job that failed runs again with the next `up`, as its command never came to exist.
        """
        inputs, needs = self._inputs(workload, parent)
        container = docker.Container(
            workload.name,
            **inputs,
            restart="no",
            start=False,
            must_run=False,
            opts=self._beside(parent, depends_on=needs, replace_on_changes=NEEDS_NEW_CONTAINER),
        )
        return command.local.Command(
            f"{workload.name}-run",
            create=pulumi.Output.concat("docker start --attach ", container.id),
            triggers=[container.id],
            environment=self._docker_environment(),
            opts=pulumi.ResourceOptions(parent=parent, depends_on=[container, *after]),
        )

    def live_files(
        self, files: LiveFiles, image: str, *, parent: pulumi.Resource,
        after: Sequence[pulumi.Resource] = (),
    ) -> Live:  # fmt: skip
        """See `Engine.live_files`."""
        return docker_live.publish(
            files,
            image=image,
            labels=self._labels(files.service),
            stack=self._stack,
            environment=self._docker_environment(),
            opts=self._beside(parent, depends_on=[self._image(files.service, image), *after]),
        )

    def reload(
        self, files: LiveFiles, live: Live, running: Running, *, parent: pulumi.Resource
    ) -> pulumi.Resource:
        """See `Engine.reload`."""
        return docker_live.reload(
            files, live, running, self._docker_environment(), pulumi.ResourceOptions(parent=parent)
        )

    def _inputs(
        self, workload: Workload, parent: pulumi.Resource
    ) -> tuple[dict[str, Any], list[pulumi.Resource]]:
        """Everything a container has whether it serves or ends, and what must be there first."""
        self.workloads.append(workload)
        needs: list[pulumi.Resource] = [self._image(workload.name, workload.image)]
        volumes: list[dict[str, object]] = [
            {"volume_name": m.volume, "container_path": m.path, "read_only": m.read_only}
            for m in workload.mounts
        ]
        for path, volume, made in self._filled_volumes(workload, parent):
            volumes.append({"volume_name": volume, "container_path": path, "read_only": True})
            needs.append(made)
        limits = workload.limits
        inputs: dict[str, Any] = {
            "image": workload.image,
            "command": list(workload.command) or None,
            "user": f"{workload.uid}:{workload.uid}",
            "envs": [f"{key}={value}" for key, value in sorted(workload.environment.items())],
            "labels": self._labels(workload.name),
            "networks_advanced": [
                {
                    "name": self._networks[a.network].name,
                    "aliases": [workload.name] if a.answers else [],
                }
                for a in workload.networks
            ],
            "network_mode": "bridge",
            "ports": [
                {"internal": p.internal, "external": p.external, "ip": p.address, "protocol": "tcp"}
                for p in workload.ports
            ],
            "volumes": volumes,
            "read_only": True,
            "tmpfs": {
                path: f"size={size}m,uid={workload.uid},gid={workload.uid},noexec,nosuid,nodev"
                for path, size in workload.tmpfs.items()
            },
            "shm_size": workload.shared_memory,
            "capabilities": {"drops": ["ALL"]},
            "security_opts": ["no-new-privileges:true"],
            "cpus": f"{limits.cpus:g}",
            # One host has no scheduler to reserve CPUs with; shares are what it grants when busy.
            "cpu_shares": int(limits.cpus_reserved * 1024),
            "memory": limits.memory,
            "memory_swap": limits.memory,
            "memory_reservation": limits.memory_reserved,
            "log_driver": "json-file",
            "log_opts": {"max-size": "10m", "max-file": "3"},
            "stop_signal": workload.stop_signal,
            "stop_timeout": workload.stop_grace,
            "destroy_grace_seconds": workload.stop_grace,
        }
        return {key: value for key, value in inputs.items() if value is not None}, needs

    def _filled_volumes(
        self, workload: Workload, parent: pulumi.Resource
    ) -> list[tuple[str, pulumi.Output[str], pulumi.Resource]]:
        """The workload's secrets and configuration: (path, volume, what filled it)."""
        filled: list[tuple[str, pulumi.Output[str], pulumi.Resource]] = []
        contents: list[tuple[str, str, pulumi.Input[str], list[docker.ContainerUploadArgs]]] = [
            (d.name, d.path, digest(d.files), directory_uploads(d, workload.uid))
            for d in workload.directories
        ]
        if workload.secrets:
            versions = pulumi.Output.all(*(s.version for s in workload.secrets)).apply("-".join)
            uploads = secret_uploads(SECRETS, workload.secrets, workload.uid)
            contents.append(("secrets", SECRETS, versions, uploads))
        for name, path, version, uploads in contents:
            volume = docker.Volume(
                f"{workload.name}-{name}",
                labels=[
                    docker.VolumeLabelArgs(label="tasktracker.stack", value=self._stack),
                    docker.VolumeLabelArgs(label="tasktracker.version", value=version),
                ],
                opts=self._beside(parent),
            )
            made = filler(
                f"{workload.name}-{name}-files",
                workload.image,
                volume.name,
                path,
                uploads,
                self._labels(workload.name),
                self._beside(
                    parent,
                    depends_on=[self._image(workload.name, workload.image)],
                    # The image only has to exist: another release brings no other files.
                    ignore_changes=["image"],
                ),
            )
            filled.append((path, volume.name, made))
        return filled

    def _image(self, service: str, image: str) -> docker.RemoteImage:
        """The image, on the host before anything is stopped for it, and kept for a rollback."""
        if image not in self._images:
            self._images[image] = docker.RemoteImage(
                f"{service}-image", name=image, keep_locally=True, opts=self._beside(self)
            )
        return self._images[image]

    def _labels(self, service: str) -> list[docker.ContainerLabelArgs]:
        return [
            docker.ContainerLabelArgs(label="tasktracker.service", value=service),
            docker.ContainerLabelArgs(label="tasktracker.stack", value=self._stack),
        ]

    def _docker_environment(self) -> dict[str, str] | None:
        return {"DOCKER_HOST": self._host} if self._host else None

    def _beside(
        self,
        parent: pulumi.Resource,
        *,
        exclusive: bool = False,
        depends_on: Sequence[pulumi.Resource] = (),
        replace_on_changes: list[str] | None = None,
        ignore_changes: list[str] | None = None,
    ) -> pulumi.ResourceOptions:
        """Options of a child that is made beside its predecessor, unless there can be only one."""
        return pulumi.ResourceOptions(
            parent=parent,
            provider=self._provider,
            delete_before_replace=exclusive,
            depends_on=list(depends_on),
            replace_on_changes=replace_on_changes,
            ignore_changes=ignore_changes,
        )
