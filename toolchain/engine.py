"""A Docker engine that answers: the one that runs, or one started here."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from toolchain import daemon, debian
from toolchain.cache import Cache
from toolchain.failure import Failure
from toolchain.progress import command, say

PATIENCE = 60.0
"""Seconds until an engine that is there and says nothing counts as none."""


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
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return "", f"no answer in {PATIENCE:.0f} s"
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
        daemon.await_answer(cache.log("systemctl"), info)
    else:
        daemon.start(cache, info)


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
