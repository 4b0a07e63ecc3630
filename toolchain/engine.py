"""A Docker engine that answers: the one that runs, or one started here."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from toolchain import debian
from toolchain.cache import Cache
from toolchain.failure import Failure, tail
from toolchain.progress import Meter, command, say

SOCKET = Path("/var/run/docker.sock")
PID_FILES = {
    Path("/var/run/docker.pid"): "dockerd",
    Path("/run/docker/containerd/containerd.pid"): "containerd",
}
DEADLINE = 60.0
"""Seconds for an engine to answer; on an idle machine it takes two."""


def info() -> tuple[str, str]:
    """The engine's version, or nothing and why there is none."""
    docker = shutil.which("docker")
    if docker is None:
        return "", "no docker command on PATH"
    try:
        said = subprocess.run(
            [docker, "version", "--format", "{{.Server.Version}}"],
            capture_output=True,
            text=True,
            check=False,
            timeout=DEADLINE,
        )
    except subprocess.TimeoutExpired:
        return "", f"no answer in {DEADLINE:.0f} s"
    version = said.stdout.strip()
    if said.returncode == 0 and version:
        return version, ""
    return "", said.stderr.strip() or "no answer"


def prepare(cache: Cache, env: Mapping[str, str] = os.environ) -> None:
    """Have an engine that answers. One that runs is left as it is.

    Raises Failure when there is none and none may be started.
    """
    version, fault = info()
    if version:
        say("docker", f"already there: engine {version}, it answers")
        return
    refuse(fault, env)
    if shutil.which("dockerd") is None:
        debian.install("docker", ("docker.io",), cache)
        if info()[0]:
            say("docker", "the package started the engine")
            return
    if Path("/run/systemd/system").is_dir():
        command(
            "docker",
            "starting the service",
            ["systemctl", "start", "docker"],
            cache.log("systemctl"),
            "see journalctl -u docker",
        )
        await_answer(Path("/dev/null"))
    else:
        start(cache)


def refuse(fault: str, env: Mapping[str, str]) -> None:
    """Raises Failure where an engine is not this program's to start."""
    if host := env.get("DOCKER_HOST"):
        raise Failure(
            "docker",
            f"the engine at DOCKER_HOST={host} does not answer: {fault}",
            "start it, or unset DOCKER_HOST to use an engine on this machine",
        )
    if "permission denied" in fault.lower():
        raise Failure(
            "docker",
            f"this user may not use the engine: {fault}",
            "add the user to the group docker and log in anew, or run this as root",
        )
    if sys.platform != "linux":
        raise Failure("docker", f"no engine answers: {fault}", "start Docker Desktop")
    if os.geteuid() != 0:
        raise Failure(
            "docker",
            f"no engine answers, and only root can start one: {fault}",
            "run sudo systemctl start docker, or run this as root",
        )


def start(cache: Cache) -> None:
    """Start dockerd detached from this terminal, and wait until it answers."""
    if not forget_the_dead():
        log = cache.log("dockerd")
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as sink:
            subprocess.Popen(
                ["dockerd"],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )
    await_answer(cache.log("dockerd"))


def forget_the_dead(pid_files: Mapping[Path, str] = PID_FILES) -> bool:
    """Remove the pid files of daemons that are gone; says whether a dockerd is alive.

    dockerd refuses to start when its file names any living process, even a stranger that got
    the number after a crash.
    """
    alive = False
    for file, name in pid_files.items():
        if not file.exists():
            continue
        try:
            comm = Path("/proc", file.read_text().strip() or "-", "comm").read_text().strip()
        except OSError:
            comm = ""
        if comm == name:
            alive = alive or name == "dockerd"
        else:
            say("docker", f"removing {file}: the {name} that wrote it is gone")
            file.unlink()
    return alive


def await_answer(log: Path, deadline: float = DEADLINE) -> None:
    """Wait for the engine. Raises Failure with the end of its log when it does not come."""
    meter = Meter("docker", "starting the engine")
    while True:
        version, fault = info()
        if version:
            meter.end(f"engine {version} answers")
            return
        if meter.seconds >= deadline:
            meter.end("gave up")
            raise Failure(
                "docker",
                f"no answer in {deadline:.0f} s: {fault}\n{tail(log)}\n  log: {log}",
                "mend what the log names, then run this again",
            )
        meter.beat()
        time.sleep(0.2)
