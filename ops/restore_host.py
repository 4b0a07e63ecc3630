"""The Docker host of a restore: its volumes, and a container that reads the backups."""

import io
import json
import subprocess
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from components.backup_configuration import ENVIRONMENT
from components.postgres import UID
from ops.restore_stack import Stack, Trouble

USER = f"{UID}:{UID}"


@dataclass(frozen=True)
class Host:
    """Docker commands for one stack."""

    stack: Stack

    def docker(self, *arguments: str, stdin: bytes | None = None) -> str:
        """A docker command. Raises `Trouble` with what it said."""
        done = subprocess.run(
            ["docker", *arguments], input=stdin, capture_output=True, env=self.stack.environment()
        )
        if done.returncode != 0:
            told = done.stderr.decode(errors="replace").strip()[-800:]
            raise Trouble(f"docker {arguments[0]}: {told}")
        return done.stdout.decode(errors="replace").strip()

    def running(self, service: str) -> str | None:
        """The name of a running container of a service."""
        found = self.docker(
            "ps", "--format", "{{.Names}}", "--filter", 
            f"label=tasktracker.stack={self.stack.name}",
            "--filter", f"label=tasktracker.service={service}", "--filter", "status=running",
        )  # fmt: skip
        return found.splitlines()[0] if found else None

    def mounted(self, container: str, path: str) -> str:
        """The volume a container has at a path. Raises `Trouble`."""
        for mount in json.loads(self.docker("inspect", container))[0]["Mounts"]:
            if mount["Destination"] == path:
                return str(mount["Name"])
        raise Trouble(f"{container} has no volume at {path}")

    def has_volume(self, name: str) -> bool:
        found = self.docker("volume", "ls", "--quiet", "--filter", f"name=^{name}$")
        return name in found.splitlines()

    def status(self) -> dict[str, Any] | None:
        """What the backup service says of itself; None if it doesn't run."""
        service = self.running("backup")
        if service is None:
            return None
        found: dict[str, Any] = json.loads(self.docker("exec", service, "backup", "status"))
        return found

    @contextmanager
    def reader(
        self,
        name: str,
        mounts: Mapping[str, str],
        network: str = "bridge",
        capabilities: Sequence[str] = (),
    ) -> Iterator["Reader"]:
        """A container that can read the backups; it goes at the end, whatever happens.

        `mounts` are paths by volume, with `:ro` for those that are only read.
        """
        granted = [part for one in capabilities for part in ("--cap-add", one)]
        options = [part for v, path in mounts.items() for part in ("--volume", f"{v}:{path}")]
        options += [part for pair in ENVIRONMENT.items() for part in ("--env", "=".join(pair))]
        container = f"{self.stack.values.prefix}-{name}"
        self.docker("rm", "--force", container)
        self.docker(
            # Nothing runs as root but the wait for commands: `docker cp` looks a container's user
            # up in the host's own user database, and finds only this one everywhere.
            "create", "--name", container, "--user", "0", "--network", network,
            "--cap-drop", "ALL", *granted, "--security-opt", "no-new-privileges:true",
            "--memory", "1g", "--shm-size", "128m", "--init",
            *options, self.stack.images.postgres, "sleep", "infinity",
        )  # fmt: skip
        try:
            self.docker("cp", "-", f"{container}:/", stdin=packed(self.stack.files()))
            self.docker("start", container)
            yield Reader(self, container)
        finally:
            # Without a name are those that its image declares and nothing was mounted over.
            self.docker("rm", "--force", "--volumes", container)


@dataclass(frozen=True)
class Reader:
    """A container that reads the backups."""

    host: Host
    container: str

    def ask(self, *arguments: str) -> dict[str, Any]:
        """The JSON answer of a command of the program `backup`."""
        said = self.host.docker("exec", "--user", USER, self.container, "backup", *arguments)
        answer: dict[str, Any] = json.loads(said.splitlines()[-1])
        return answer

    def follow(self, show: Callable[[int, int], None], *arguments: str) -> dict[str, Any]:
        """The same for a long one that tells how far it is. Raises `Trouble`."""
        process = subprocess.Popen(
            ["docker", "exec", "--user", USER, self.container, "backup", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.host.stack.environment(),
        )
        assert process.stdout is not None and process.stderr is not None
        answer: dict[str, Any] = {}
        for line in process.stdout:
            told = json.loads(line)
            if set(told) == {"done", "total"}:
                show(told["done"], told["total"])
            else:
                answer = told
        failure = process.stderr.read().strip()
        if process.wait() != 0 and not answer:
            raise Trouble(failure or f"backup {arguments[0]} ended with {process.returncode}")
        return answer


def packed(files: Mapping[str, str]) -> bytes:
    """Files for a container's root, readable by the one uid that needs them."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as tar:
        for folder in ("etc/backup", "run/secrets"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode, entry.uid, entry.gid = tarfile.DIRTYPE, 0o500, UID, UID
            tar.addfile(entry)
        for path, text in files.items():
            entry = tarfile.TarInfo(path.lstrip("/"))
            entry.mode, entry.uid, entry.gid = 0o400, UID, UID
            data = text.encode()
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return content.getvalue()
