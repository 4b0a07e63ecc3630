"""A registry of images on this machine: what a deploy by digest needs where there is none."""

import json
import time
import urllib.error
import urllib.request

from images import engine

NAME = "task-tracker-registry"
VOLUME = "task-tracker-registry"
PORT = 5000
READY_SECONDS = 20.0


def up(image: str, address: str) -> None:
    """Starts it, with the storage it had before; nothing happens if it runs already.

    EngineError if it does not answer in time.
    """
    if not running():
        engine.remove(NAME)
        engine.ask(
            "run",
            "--detach",
            f"--name={NAME}",
            "--restart=unless-stopped",
            "--read-only",
            "--cap-drop=ALL",
            "--security-opt=no-new-privileges",
            "--memory=512m",
            f"--volume={VOLUME}:/var/lib/registry",
            f"--publish={address}:{PORT}",
            image,
        )
    deadline = time.monotonic() + READY_SECONDS
    while catalogue(address) is None:
        if time.monotonic() > deadline:
            said = engine.ask("logs", "--tail=20", NAME)
            raise engine.EngineError(f"{address} does not answer after {READY_SECONDS:g} s: {said}")
        time.sleep(0.05)


def down(with_storage: bool) -> None:
    """Stops it; its storage stays unless it is to go too."""
    engine.remove(NAME)
    if with_storage:
        engine.ask("volume", "rm", "--force", VOLUME)


def running() -> bool:
    names = engine.ask("ps", "--format={{.Names}}", f"--filter=name=^{NAME}$")
    return bool(names)


def catalogue(address: str) -> list[str] | None:
    """The repositories in it; None if nobody answers at the address."""
    try:
        with urllib.request.urlopen(f"http://{address}/v2/_catalog", timeout=2) as answer:
            return list(json.load(answer)["repositories"])
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return None
