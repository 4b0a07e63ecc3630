"""The environment in which the project's commands run."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from toolchain import golang, pins, pulumi, requirements, state
from toolchain.cache import locate


def path(env: Mapping[str, str], *first: Path) -> str:
    """PATH with folders put in front of it."""
    return ":".join([*(str(folder) for folder in first), env.get("PATH", "")])


def docker_host(env: Mapping[str, str]) -> dict[str, str]:
    """The engine of the user's docker context, which Pulumi's provider does not look up."""
    home = Path(env.get("DOCKER_CONFIG") or Path(env.get("HOME") or Path.home()) / ".docker")
    file = home / "config.json"
    name = env.get("DOCKER_CONTEXT") or (
        json.loads(file.read_text()).get("currentContext") if file.exists() else ""
    )
    if env.get("DOCKER_HOST") or name in (None, "", "default"):
        return {}
    said = subprocess.run(
        ["docker", "context", "inspect", str(name), "-f", "{{.Endpoints.docker.Host}}"],
        capture_output=True,
        text=True,
        check=False,
    )
    return {"DOCKER_HOST": said.stdout.strip()} if said.stdout.strip() else {}


def plain(env: Mapping[str, str]) -> dict[str, str]:
    """The environment of commands that need no Pulumi: the clone's Python packages come first."""
    folders = [requirements.VENV / "bin"]
    go = golang.cached(locate(env))
    if go.exists() and golang.on_path() is None:
        folders.append(go.parent)
    return {**env, "PATH": path(env, *folders), "VIRTUAL_ENV": str(requirements.VENV)}


def full(env: Mapping[str, str]) -> dict[str, str]:
    """The environment of everything else. Raises Failure when Pulumi is not prepared."""
    cache = locate(env)
    choice = pulumi.choose(env, cache, pins.read())
    # A Pulumi of the project's own still uses the user's log-in, so it is not lost with it.
    credentials = Path(
        env.get("PULUMI_CREDENTIALS_PATH")
        or env.get("PULUMI_HOME")
        or Path(env.get("HOME") or Path.home()) / ".pulumi"
    )
    told = {**plain(env), **docker_host(env), **state.variables(env, credentials)}
    told["PULUMI_SKIP_UPDATE_CHECK"] = "1"
    if choice.own:
        told |= {
            "PATH": path(told, choice.bin),
            "PULUMI_HOME": str(choice.home),
            "PULUMI_CREDENTIALS_PATH": str(credentials),
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "1",
        }
    return told
