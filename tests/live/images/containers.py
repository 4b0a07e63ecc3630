"""Containers for a test: hardened, named for the test, removed after it."""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

SECONDS = 30.0


def docker(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """One docker command; never raises, the test looks at the result."""
    return subprocess.run(
        ["docker", *arguments], capture_output=True, text=True, input=text, check=False, timeout=120
    )


def done(*arguments: str, text: str | None = None) -> str:
    """The output of a docker command that has to succeed."""
    result = docker(*arguments, text=text)
    assert result.returncode == 0, f"docker {arguments}: {result.stderr}{result.stdout}"
    return result.stdout.strip()


def until(what: str, holds: Callable[[], bool], tell: Callable[[], str]) -> None:
    """Waits for a state; after the deadline fails with what was waited for and what there is."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"{what}: not within {SECONDS:g} s\n{tell()}"
        time.sleep(0.05)


@dataclass(frozen=True)
class Container:
    name: str

    def sh(self, script: str) -> subprocess.CompletedProcess[str]:
        return docker("exec", self.name, "sh", "-ec", script)

    def says(self, script: str) -> str:
        return done("exec", self.name, "sh", "-ec", script)

    def log(self) -> str:
        result = docker("logs", self.name)
        return result.stdout + result.stderr

    def ready(self, probe: str) -> None:
        until(f"{self.name}: {probe}", lambda: self.sh(probe).returncode == 0, self.log)

    def stop(self) -> int:
        """Stops it by its own signal; its exit code. 137 is a kill: it did not stop in time."""
        done("stop", "--time=30", self.name)
        return self.exit_code()

    def exit_code(self) -> int:
        return int(done("wait", self.name))

    def port(self, inside: int) -> int:
        """The port on 127.0.0.1 that leads to the one inside."""
        return int(done("port", self.name, str(inside)).splitlines()[0].rpartition(":")[2])


@dataclass
class Room:
    prefix: str
    containers: list[str] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)
    networks: list[str] = field(default_factory=list)

    def volume(self, name: str, image: str = "", owner: int = 0, **files: str) -> str:
        """A volume; `image`, which has a shell, puts the files in: 0400 and of `owner`."""
        full = f"{self.prefix}-{name}"
        done("volume", "create", full)
        self.volumes.append(full)
        for file, content in files.items():
            script = (
                f"cat > /in/{file} && chown {owner}:{owner} /in/{file} && chmod 0400 /in/{file}"
            )
            mount = f"--volume={full}:/in"
            shell = ("--user=0", "--entrypoint=sh", image, "-ec", script)
            done("run", "--rm", "--interactive", "--network=none", mount, *shell, text=content)
        return full

    def network(self) -> str:
        done("network", "create", "--internal", self.prefix)
        self.networks.append(self.prefix)
        return self.prefix

    def start(
        self, name: str, image: str, *options: str, command: tuple[str, ...] = ()
    ) -> Container:
        """A running container: read-only root, no capabilities, no new privileges."""
        full = f"{self.prefix}-{name}"
        self.containers.append(full)
        hardened = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges")
        done("run", "--detach", f"--name={full}", *hardened, *options, image, *command)
        return Container(full)

    def clear(self) -> None:
        for name in self.containers:
            docker("rm", "--force", "--volumes", name)
        for name in self.volumes:
            docker("volume", "rm", "--force", name)
        for name in self.networks:
            docker("network", "rm", name)
