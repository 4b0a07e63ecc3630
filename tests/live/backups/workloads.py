"""A workload of the stack as `docker run` takes it: what it may do and is given is the stack's own.

Without Pulumi, so that a test of it takes seconds.
"""

from pathlib import Path

import pulumi

from components.workload import Workload
from tests.unit.recorder import Recorder, start, value


def given(workload: Workload, stack: str, folder: Path) -> list[str]:
    """Options, image and command; the files go below the folder. Networks are the test's affair."""
    start(Recorder())  # secrets are outputs, and those need a program
    user = f"{workload.uid}:{workload.uid}"
    options = ["--read-only", "--user", user, "--cap-drop", "ALL"]
    options += ["--security-opt", "no-new-privileges:true", *labels(stack, workload.name)]
    for path, size in workload.tmpfs.items():
        options += ["--tmpfs", f"{path}:size={size}m,uid={workload.uid},gid={workload.uid}"]
    for key, text in workload.environment.items():
        options += ["--env", f"{key}={text}"]
    for mount in workload.mounts:
        volume = value(pulumi.Output.from_input(mount.volume))
        options += ["--volume", f"{volume}:{mount.path}{':ro' if mount.read_only else ''}"]
    places = {directory.path: directory.files for directory in workload.directories}
    places["/run/secrets"] = {secret.name: value(secret.value) for secret in workload.secrets}
    for path, files in places.items():
        source = folder / workload.name / Path(path).name
        source.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (source / name).write_text(text)
        options += ["--volume", f"{source}:{path}:ro"]
    return [*options, workload.image, *workload.command]


def labels(stack: str, service: str) -> list[str]:
    """By these the operators' programs find a container."""
    return ["--label", f"tasktracker.stack={stack}", "--label", f"tasktracker.service={service}"]
