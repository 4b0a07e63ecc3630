"""`toolchain/stack`: a stack that is there, and a Pulumi command on it.

Pulumi writes the salt of a stack's key into the stack's file. Where the key is this machine's own,
that line is of no use to anybody else and would lock them out: it goes into a copy of the file
beside the state. A user with a backend of their own shares its key, so there Pulumi writes into
the file itself.

What writes settings (`config set`) always writes the file itself: that one is shared.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from toolchain import state
from toolchain.environment import full
from toolchain.failure import Failure
from toolchain.pins import REPOSITORY

READERS = ("up", "preview", "destroy", "refresh", "import", "watch")
"""Pulumi's commands that read a stack's settings, and take the file to read by an option."""

SALT = re.compile(r"(?m)^encryptionsalt: .*\n?")


def private(env: Mapping[str, str]) -> bool:
    """Whether state and key are this machine's own."""
    return env.get("PULUMI_BACKEND_URL") == (state.folder(env) / "pulumi").as_uri()


def salted(original: Path, copy: Path) -> Path:
    """Bring a stack file's copy up to date; the salt that it has stays."""
    kept = SALT.search(copy.read_text()) if copy.exists() else None
    text = original.read_text()
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text(text if kept is None or SALT.search(text) else f"{text}{kept[0]}")
    return copy


def file(stack: str, env: Mapping[str, str], repository: Path = REPOSITORY) -> Path:
    """The file with a stack's settings that Pulumi is to read and may write."""
    original = repository / f"Pulumi.{stack}.yaml"
    if not private(env) or not original.exists():
        return original
    return salted(original, state.folder(env) / "stacks" / original.name)


def refuse(stack: str, repository: Path = REPOSITORY) -> None:
    """Raises Failure where a stack has no file."""
    if (repository / f"Pulumi.{stack}.yaml").exists():
        return
    there = sorted(file.name.split(".")[1] for file in repository.glob("Pulumi.*.yaml"))
    raise Failure(
        f"stack {stack}",
        f"there is no Pulumi.{stack}.yaml",
        f"name one of {', '.join(there)}; or make that file, for an environment of dev, staging"
        " or prod: Pulumi.prod-eu.yaml",
    )


def exists(stack: str, repository: Path) -> bool:
    """Whether the backend has the stack."""
    asked = ["pulumi", "stack", "export", "--stack", stack]
    return subprocess.run(asked, cwd=repository, capture_output=True, check=False).returncode == 0


def create(stack: str, env: Mapping[str, str], repository: Path = REPOSITORY) -> int:
    """Make a stack where there is none; the status is that of Pulumi."""
    if exists(stack, repository):
        return 0
    command = ["pulumi", "stack", "init", stack, "--no-select"]
    if not private(env):
        return subprocess.run(command, cwd=repository, check=False).returncode
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(repository / "Pulumi.yaml", folder)
        return subprocess.run(command, cwd=folder, check=False).returncode


def main(arguments: Sequence[str]) -> int:
    """Become the Pulumi command; returns when there is none, or no stack to run it on."""
    if not arguments:
        print("usage: toolchain/stack STACK [COMMAND…]", file=sys.stderr)
        return 2
    stack, *command = arguments
    try:
        refuse(stack)
        os.environ.update(full(os.environ))
    except Failure as failure:
        print(f"toolchain: error: {failure}", file=sys.stderr)
        return 1
    status = create(stack, os.environ)
    if status != 0 or not command:
        return status
    options = ["--stack", stack]
    if command[0] in READERS:
        options += ["--config-file", str(file(stack, os.environ))]
    os.chdir(REPOSITORY)
    os.execvp("pulumi", ["pulumi", *command, *options])
