"""Plain containers on one Docker host."""

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_command as command
import pulumi_docker as docker

from components.args import Args
from components.engine import Live, LiveFiles, Running
from components.engines import docker_health, docker_live, docker_presence
from components.engines.docker_container import NEEDS_NEW_CONTAINER, healthcheck, inputs, labels
from components.engines.docker_gap import refuse_gap
from components.engines.docker_presence import CONTAINER, IMAGE, NETWORK, VOLUME
from components.engines.docker_volumes import (
    digest,
    directory_uploads,
    filler,
    secret_uploads,
)
from components.workload import SECRETS, Workload


class DockerArgs(Args):
    """Whose stack it is, how names of its data volumes begin, what carries files, and where.

    `gaps` are the exclusive services that may be down for a moment while they are replaced; None
    allows it to all. `restored` names the restores that put new data volumes beside the first.
    """

    stack: str
    prefix: str
    files_image: str
    host: str | None = None
    gaps: tuple[str, ...] | None = None
    restored: tuple[str, ...] = ()


class DockerEngine(pulumi.ComponentResource):
    """Runs workloads as containers: made beside the old ones, proven healthy, then switched."""

    def __init__(
        self, name: str, args: DockerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tasktracker:engines:Docker", name, None, opts)
        self._args = args
        # A preview needs no host: policies are checked where production is out of reach.
        self._provider = docker.Provider(
            "host",
            host=args.host,
            disable_docker_daemon_check=True,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._presence = docker_presence.ask(self._docker_environment())
        self.workloads: list[Workload] = []
        self._networks: dict[str, docker.Network] = {}
        self._images: dict[str, docker.RemoteImage] = {}
        self._refuse: pulumi.ResourceHook | None = None
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
            labels=[
                docker.NetworkLabelArgs(label=label, value=value)
                for label, value in self._labels(NETWORK, name).items()
            ],
            opts=self._beside(parent),
        )

    def data_volume(
        self,
        name: str,
        *,
        parent: pulumi.Resource,
        key: Sequence[pulumi.Resource] = (),
        restored: bool = True,
    ) -> pulumi.Output[str]:
        """See `Engine.data_volume`. Its name is fixed, so that a new stack finds old data."""
        names = [name, *(f"{name}-{r}" for r in self._args.restored if restored)]
        if self._presence.is_gone(VOLUME, names[-1]):
            raise pulumi.RunError(
                f"{self._args.prefix}-{names[-1]}, a volume with data of this stack, is not on the "
                "host any more, and an empty one would take its place. Restore it (`make restore`),"
                f" or have it forgotten (`pulumi refresh --stack {pulumi.get_stack()}`) to begin "
                "with an empty one"
            )
        volumes = [
            docker.Volume(
                each,
                name=f"{self._args.prefix}-{each}",
                opts=pulumi.ResourceOptions(
                    parent=parent,
                    provider=self._provider,
                    protect=True,
                    retain_on_delete=True,
                    # `destroy --exclude-protected` spares what a protected resource depends on.
                    depends_on=list(key),
                    # Labels and driver options are fixed at creation: a change would replace data.
                    ignore_changes=["labels", "driver", "driverOpts"],
                ),
            )
            for each in names
        ]
        return volumes[-1].name

    def volume(self, name: str, *, parent: pulumi.Resource) -> pulumi.Output[str]:
        """See `Engine.volume`."""
        labels = self._volume_labels(name)
        return docker.Volume(name, labels=labels, opts=self._beside(parent)).name

    def service(
        self, workload: Workload, *, parent: pulumi.Resource, after: Sequence[pulumi.Resource] = ()
    ) -> Running:
        """See `Engine.service`. Replicas share an alias and are addressed by container name."""
        if workload.health is None:
            raise ValueError(f"health: {workload.name} runs for long, so give it a health check")
        arguments, needs = self._prepare(workload, parent)
        numbers = range(1, workload.replicas + 1)
        replicas = (
            [f"{workload.name}-{n}" for n in numbers] if len(numbers) > 1 else [workload.name]
        )
        containers = [
            docker.Container(
                replica,
                **arguments,
                labels=labels(
                    self._args.stack, workload.name, self._presence.number(CONTAINER, replica)
                ),
                # Two servers on one volume destroy it. A second one that Pulumi doesn't know of,
                # left by a command that was killed, keeps this name and so stops a third.
                name=f"{pulumi.get_project()}-{self._args.stack}-{workload.name}"
                if workload.exclusive
                else None,
                restart="unless-stopped",
                healthcheck=healthcheck(workload.health),
                opts=self._beside(
                    parent,
                    exclusive=workload.exclusive,
                    depends_on=[*needs, *after],
                    replace_on_changes=NEEDS_NEW_CONTAINER,
                    hooks=self._no_gap(workload, replica),
                ),
            )
            for replica in replicas
        ]
        health = workload.health
        healthy = command.local.Command(
            f"{workload.name}-healthy",
            create=pulumi.Output.all(*(c.name for c in containers)).apply(
                lambda names: docker_health.gate(names, health)
            ),
            triggers=[container.id for container in containers],
            environment={**docker_health.ENVIRONMENT, **self._docker_environment()},
            opts=pulumi.ResourceOptions(parent=parent, depends_on=containers),
        )
        return Running(tuple(c.name for c in containers), (healthy,))

    def job(
        self, workload: Workload, *, parent: pulumi.Resource, after: Sequence[pulumi.Resource] = ()
    ) -> pulumi.Resource:
        """See `Engine.job`. The provider would take any exit for a success; `docker start` tells.

        A job that failed runs again with the next `up`, as its command never came to exist. One
        that ended well runs again when what it came after is made anew: that may have lost what the
        job had made in it.
        """
        arguments, needs = self._prepare(workload, parent)
        container = docker.Container(
            workload.name,
            **arguments,
            labels=labels(self._args.stack, workload.name),
            restart="no",
            start=False,
            must_run=False,
            opts=self._beside(parent, depends_on=needs, replace_on_changes=NEEDS_NEW_CONTAINER),
        )
        return command.local.Command(
            f"{workload.name}-run",
            create=pulumi.Output.concat("docker start --attach ", container.name),
            triggers=[container.id, *(a.id for a in after if isinstance(a, pulumi.CustomResource))],
            environment=self._docker_environment(),
            opts=pulumi.ResourceOptions(parent=parent, depends_on=[container, *after]),
        )

    def live_files(
        self, files: LiveFiles, *, parent: pulumi.Resource, after: Sequence[pulumi.Resource] = ()
    ) -> Live:
        """See `Engine.live_files`."""
        return docker_live.publish(
            files,
            image=self._args.files_image,
            labels=labels(self._args.stack, files.service),
            volume_labels=self._volume_labels(f"{files.service}-live"),
            stack=self._args.stack,
            environment=self._docker_environment(),
            opts=self._beside(parent, depends_on=[self._files_image(), *after]),
        )

    def reload(
        self, files: LiveFiles, live: Live, running: Running, *, parent: pulumi.Resource
    ) -> pulumi.Resource:
        """See `Engine.reload`."""
        return docker_live.reload(
            files, live, running, self._docker_environment(), pulumi.ResourceOptions(parent=parent)
        )

    def _prepare(
        self, workload: Workload, parent: pulumi.Resource
    ) -> tuple[dict[str, Any], list[pulumi.Resource]]:
        """The container's arguments, and what must be there before it."""
        self.workloads.append(workload)
        filled, made = self._filled_volumes(workload, parent)
        arguments = inputs(
            workload,
            {name: network.name for name, network in self._networks.items()},
            filled,
        )
        image = self._image(f"{workload.name}-image", workload.image)
        return arguments, [image, *made]

    def _filled_volumes(
        self, workload: Workload, parent: pulumi.Resource
    ) -> tuple[list[tuple[str, pulumi.Output[str]]], list[pulumi.Resource]]:
        """The workload's secrets and configuration, each (path, volume), and what filled them.

        They have one version: what changes one of them makes all anew, as the container is made
        anew as well, and nothing is written to a volume that is in use.
        """
        contents = [("secrets", SECRETS)] if workload.secrets else []
        contents += [(directory.name, directory.path) for directory in workload.directories]
        uploads = secret_uploads(SECRETS, workload.secrets, workload.uid)
        uploads += [u for d in workload.directories for u in directory_uploads(d, workload.uid)]
        if not contents:
            return [], []
        version = pulumi.Output.all(
            *(digest(directory.files) for directory in workload.directories),
            *(secret.version for secret in workload.secrets),
        ).apply("-".join)
        volumes = [
            (
                path,
                docker.Volume(
                    f"{workload.name}-{name}",
                    labels=[
                        *self._volume_labels(f"{workload.name}-{name}"),
                        docker.VolumeLabelArgs(label="tasktracker.version", value=version),
                    ],
                    opts=self._beside(parent),
                ).name,
            )
            for name, path in contents
        ]
        made = filler(
            f"{workload.name}-files",
            self._args.files_image,
            volumes,
            uploads,
            labels(self._args.stack, workload.name),
            self._beside(parent, depends_on=[self._files_image()]),
        )
        return volumes, [made]

    def _files_image(self) -> docker.RemoteImage:
        return self._image("files-image", self._args.files_image)

    def _image(self, name: str, image: str) -> docker.RemoteImage:
        """The image, on the host before anything is stopped for it, and kept for a rollback."""
        if image not in self._images:
            self._images[image] = docker.RemoteImage(
                name,
                name=image,
                keep_locally=True,
                triggers=self._presence.number(IMAGE, name) or None,
                opts=self._beside(self),
            )
        return self._images[image]

    def _labels(self, type: str, name: str) -> dict[str, str]:
        return {"tasktracker.stack": self._args.stack, **self._presence.number(type, name)}

    def _volume_labels(self, name: str) -> list[docker.VolumeLabelArgs]:
        return [
            docker.VolumeLabelArgs(label=label, value=value)
            for label, value in self._labels(VOLUME, name).items()
        ]

    def _no_gap(self, workload: Workload, name: str) -> pulumi.ResourceHookBinding | None:
        """What stops a plan, at its preview, from taking an exclusive service down unasked.

        What is gone from the host already is down.
        """
        gaps = self._args.gaps
        if not workload.exclusive or gaps is None or workload.name in gaps:
            return None
        if self._presence.is_gone(CONTAINER, name):
            return None
        if self._refuse is None:
            self._refuse = refuse_gap()
        return pulumi.ResourceHookBinding(before_delete=[self._refuse])

    def _docker_environment(self) -> dict[str, str]:
        return {"DOCKER_HOST": self._args.host} if self._args.host else {}

    def _beside(
        self,
        parent: pulumi.Resource,
        *,
        exclusive: bool = False,
        depends_on: Sequence[pulumi.Resource] = (),
        replace_on_changes: list[str] | None = None,
        hooks: pulumi.ResourceHookBinding | None = None,
    ) -> pulumi.ResourceOptions:
        """Options of a child that is made beside its predecessor, unless there can be only one."""
        return pulumi.ResourceOptions(
            parent=parent,
            provider=self._provider,
            delete_before_replace=exclusive,
            depends_on=list(depends_on),
            replace_on_changes=replace_on_changes,
            hooks=hooks,
        )
