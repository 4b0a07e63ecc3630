"""Volumes with files in them, made through the Docker API alone: no file on any host.

A read-only root refuses uploads into the container itself, so a second container, which is never
started, takes the uploads into a volume that the real one mounts read-only. Another content is
another volume: the old container keeps the files it was started with.
"""

import hashlib
from collections.abc import Mapping, Sequence

import pulumi
import pulumi_docker as docker

from components.workload import Directory, SecretFile

# A container made only to receive uploads has no process: this entry point does not exist, so
# even a `docker start` by hand runs nothing.
NEVER = "/never-started"


def digest(files: Mapping[str, str]) -> str:
    """A name for a set of files that holds no secret, from their paths and contents."""
    text = "\0".join(f"{path}\0{content}" for path, content in sorted(files.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def filler(
    name: str,
    image: str,
    volumes: Sequence[tuple[str, pulumi.Input[str]]],
    uploads: Sequence[docker.ContainerUploadArgs],
    labels: Sequence[docker.ContainerLabelArgs],
    opts: pulumi.ResourceOptions,
) -> docker.Container:
    """Upload files into volumes, each (path, volume), by a container that never runs.

    It has no `user`: the engine would look that up in the host's own user database and fail. Nor
    is its root read-only: the engine takes no upload then, not even below a volume.
    """
    return docker.Container(
        name,
        image=image,
        entrypoints=[NEVER],
        start=False,
        must_run=False,
        restart="no",
        network_mode="none",
        capabilities=docker.ContainerCapabilitiesArgs(drops=["ALL"]),
        security_opts=["no-new-privileges:true"],
        log_driver="json-file",
        log_opts={"max-size": "10m", "max-file": "3"},
        labels=labels,
        volumes=[
            docker.ContainerVolumeArgs(volume_name=volume, container_path=path)
            for path, volume in volumes
        ],
        uploads=uploads,
        opts=opts,
    )


def directory_uploads(directory: Directory, uid: int) -> list[docker.ContainerUploadArgs]:
    """Uploads of configuration files: the workload may read them, nobody may write."""
    return [
        upload(f"{directory.path}/{name}", content, uid, "0440")
        for name, content in sorted(directory.files.items())
    ]


def secret_uploads(
    root: pulumi.Input[str], secrets: Sequence[SecretFile], uid: int
) -> list[docker.ContainerUploadArgs]:
    """Uploads of secrets: readable by one uid, and secret in the state."""
    return [
        upload(
            pulumi.Output.concat(root, "/", secret.name),
            pulumi.Output.secret(secret.value),
            uid,
            "0400",
        )
        for secret in secrets
    ]


def upload(
    file: pulumi.Input[str], content: pulumi.Input[str], uid: int, permissions: str
) -> docker.ContainerUploadArgs:
    """One file for one uid."""
    return docker.ContainerUploadArgs(
        file=file, content=content, permissions=permissions, owner=str(uid), group=str(uid)
    )
