"""NATS JetStream: every stream out of the running server, and back into one, by its own API."""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from . import programs
from .settings import SECRETS

CONTEXT = "backup"


def nats(server: str, *arguments: str, timeout: float = 600) -> str:
    """Run the nats program. The password is in a context file: an argument would show it."""
    home = Path("/tmp/nats")
    contexts = home / "nats" / "context"
    contexts.mkdir(parents=True, exist_ok=True)
    link, secret = contexts / f"{CONTEXT}.json", SECRETS / "nats-context.json"
    context: tuple[str, ...] = ()
    if secret.exists():
        if not link.is_symlink():
            link.symlink_to(secret)
        context = ("--context", CONTEXT)
    environment = {"XDG_CONFIG_HOME": str(home), "HOME": str(home)}
    argv = ["nats", "--server", server, *context, *arguments]
    return programs.run(argv, timeout=timeout, environment=environment)


def save(server: str, folder: Path) -> dict[str, Any]:
    """Snapshot every stream into a folder; what each held, for the manifest. Raises `Wrong`."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    names = json.loads(nats(server, "stream", "ls", "--all", "--names", "--json") or "null") or []
    if names:
        nats(server, "account", "backup", "--force", "--critical-warnings", str(folder))
    return {name: described(folder / name) for name in sorted(names)}


def described(folder: Path) -> dict[str, Any]:
    """A stream's snapshot: its sequences, number of messages, and a checksum of every file."""
    state = json.loads((folder / "backup.json").read_text())["state"]
    return {
        "first": state.get("first_seq", 0),
        "last": state.get("last_seq", 0),
        "messages": state.get("messages", 0),
        "files": {
            str(file.relative_to(folder)): {"size": file.stat().st_size, "sha256": digest(file)}
            for file in sorted(folder.rglob("*"))
            if file.is_file()
        },
    }


def differing(folder: Path, manifest: dict[str, Any]) -> list[str]:
    """Files that aren't what the manifest says."""
    wrong = []
    for stream, told in manifest.items():
        for name, file in told["files"].items():
            path = folder / stream / name
            if not path.is_file() or digest(path) != file["sha256"]:
                wrong.append(f"{stream}/{name}")
    return wrong


def restore(server: str, folder: Path) -> None:
    """Put every stream of a snapshot into a server that has none. Raises `Wrong`."""
    if any(os.scandir(folder)):
        nats(server, "account", "restore", str(folder))


def digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
