"""The stack's own descriptions as a Compose file: the same images, limits, checks and order."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pulumi

from components.engine import Live, LiveFiles, Running
from components.workload import Workload
from tests.unit.recorder import value

VERSION = "v1"


class Done(pulumi.ComponentResource):
    """Something to wait for: a service that is healthy, or a job that has ended well."""

    def __init__(self, service: str, condition: str) -> None:
        super().__init__("tasktracker:bench:Done", f"{service} {condition}")
        self.service = service
        self.condition = condition


class ComposeEngine(pulumi.ComponentResource):
    """Takes what the components ask for as a Compose file; secrets are files below `folder`."""

    def __init__(self, folder: Path) -> None:
        super().__init__("tasktracker:bench:Compose", "compose")
        self.folder = folder
        self.workloads: list[Workload] = []
        self.services: dict[str, dict[str, Any]] = {}
        self.networks: dict[str, dict[str, Any]] = {}
        self.volumes: dict[str, None] = {}

    def network(
        self, name: str, *, internal: bool, isolating: bool, parent: pulumi.Resource
    ) -> None:
        self.networks[name] = {"internal": internal}

    def data_volume(
        self,
        name: str,
        *,
        parent: pulumi.Resource,
        key: Sequence[pulumi.Resource] = (),
        restored: bool = True,
    ) -> pulumi.Output[str]:
        return self.volume(name, parent=parent)

    def volume(self, name: str, *, parent: pulumi.Resource) -> pulumi.Output[str]:
        self.volumes[name] = None
        return pulumi.Output.from_input(name)

    def service(
        self, workload: Workload, *, parent: pulumi.Resource, after: Sequence[pulumi.Resource] = ()
    ) -> Running:
        assert workload.health is not None
        health = workload.health
        found = self._service(workload, after)
        found |= {
            "restart": "unless-stopped",
            "scale": workload.replicas,
            "healthcheck": {
                "test": ["CMD", *health.command],
                "interval": f"{health.interval}s",
                "timeout": f"{health.timeout}s",
                "retries": health.retries,
                "start_period": f"{health.start_period}s",
            },
        }
        address = pulumi.Output.from_input(workload.name)
        return Running((address,), (Done(workload.name, "service_healthy"),))

    def job(
        self, workload: Workload, *, parent: pulumi.Resource, after: Sequence[pulumi.Resource] = ()
    ) -> pulumi.Resource:
        self._service(workload, after)["restart"] = "no"
        return Done(workload.name, "service_completed_successfully")

    def live_files(
        self, files: LiveFiles, *, parent: pulumi.Resource, after: Sequence[pulumi.Resource] = ()
    ) -> Live:
        place = self.folder / files.service / "live"
        texts: dict[str, Any] = {**files.files, **{s.name: s.value for s in files.secrets}}
        for name, text in texts.items():
            self._write(place / VERSION / name, text, files.uid)
        self._write(place / files.entry, files.pointer.replace("{version}", VERSION), files.uid)
        ready = tuple(step for step in after if isinstance(step, Done))
        version = pulumi.Output.from_input(VERSION)
        return Live(pulumi.Output.from_input(str(place)), version, ready)

    def reload(
        self, files: LiveFiles, live: Live, running: Running, *, parent: pulumi.Resource
    ) -> pulumi.Resource:
        return running.ready[0]

    def _service(self, workload: Workload, after: Sequence[pulumi.Resource]) -> dict[str, Any]:
        limits, folder = workload.limits, self.folder / workload.name
        mounts = [
            f"{value(pulumi.Output.from_input(mount.volume))}:{mount.path}"
            + (":ro" if mount.read_only else "")
            for mount in workload.mounts
        ]
        for directory in workload.directories:
            for name, text in directory.files.items():
                self._write(folder / directory.name / name, text, workload.uid)
            mounts.append(f"{folder / directory.name}:{directory.path}:ro")
        for secret in workload.secrets:
            self._write(folder / "secrets" / secret.name, secret.value, workload.uid)
        if workload.secrets:
            mounts.append(f"{folder / 'secrets'}:/run/secrets:ro")
        owner = f"uid={workload.uid},gid={workload.uid}"
        self.services[workload.name] = {
            "image": workload.image,
            "pull_policy": "never",
            **({"command": list(workload.command)} if workload.command else {}),
            "user": f"{workload.uid}:{workload.uid}",
            "environment": workload.environment,
            **(
                {"networks": [attachment.network for attachment in workload.networks]}
                if workload.networks
                else {"network_mode": "none"}
            ),
            "ports": [f"{p.address}:{p.external}:{p.internal}" for p in workload.ports],
            "volumes": mounts,
            "read_only": True,
            "tmpfs": [f"{path}:size={size}m,{owner}" for path, size in workload.tmpfs.items()],
            "cap_drop": ["ALL"],
            "security_opt": ["no-new-privileges:true"],
            "cpus": limits.cpus,
            "cpu_shares": int(limits.cpus_reserved * 1024),
            "mem_limit": f"{limits.memory}m",
            "memswap_limit": f"{limits.memory}m",
            "mem_reservation": f"{limits.memory_reserved}m",
            "shm_size": f"{workload.shared_memory}m",
            "logging": {
                "driver": "json-file",
                "options": {"max-size": "10m", "max-file": "3"},
            },
            "stop_signal": workload.stop_signal,
            "stop_grace_period": f"{workload.stop_grace}s",
            "depends_on": {
                step.service: {"condition": step.condition}
                for step in after
                if isinstance(step, Done)
            },
        }
        return self.services[workload.name]

    def _write(self, file: Path, text: Any, uid: int) -> None:
        """A file for one user, with the version in place."""
        file.parent.mkdir(parents=True, exist_ok=True)
        known = text if isinstance(text, str) else value(text)
        file.write_text(known.replace("{version}", VERSION))
        file.chmod(0o400)
        os.chown(file, uid, uid)
