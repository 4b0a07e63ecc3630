"""The container engine, through its own command line."""

import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

LINES_SHOWN = 30
_running: set[subprocess.Popen[str]] = set()


class EngineError(Exception):
    """A command of the engine failed; the message names it, the cause and what to do."""


def run(
    command: Sequence[str],
    log: Path,
    show: Callable[[str], None],
    environment: Mapping[str, str] | None = None,
) -> None:
    """Runs a command; each line of its output goes to the log, and the last one is shown.

    EngineError with the end of the output if it fails.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("w") as file,
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            env={**os.environ, **(environment or {})},
        ) as process,
    ):
        assert process.stdout is not None
        _running.add(process)
        for line in process.stdout:
            file.write(line)
            if line.strip():
                show(line.strip())
    _running.discard(process)
    if process.returncode:
        last = "".join(log.read_text(errors="replace").splitlines(keepends=True)[-LINES_SHOWN:])
        raise EngineError(
            f"{command[0]} {command[1]} ended with {process.returncode}; "
            f"the whole output is in {log}, its end:\n{last}"
        )


def stop() -> None:
    """Kills every command that runs, in any thread; `unshare --fork` ignores what is milder."""
    for process in tuple(_running):
        process.kill()


def ask(*arguments: str, timeout: float | None = None) -> str:
    """The output of one docker command; EngineError with what docker said."""
    try:
        done = subprocess.run(
            ["docker", *arguments], capture_output=True, text=True, timeout=timeout, check=False
        )
    except FileNotFoundError:
        raise EngineError("docker is not installed: `make up` installs it") from None
    except subprocess.TimeoutExpired:
        raise EngineError(f"docker {arguments[0]} gave no answer in {timeout:g} s") from None
    if done.returncode:
        raise EngineError(f"docker {' '.join(arguments[:2])}: {done.stderr.strip()}")
    return done.stdout.strip()


def tags() -> frozenset[str]:
    """Every `name:tag` the engine has."""
    return frozenset(ask("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").splitlines())


def digest(reference: str) -> str:
    """The content address of an image that was pulled or pushed: `name@sha256:…`."""
    name = reference.rpartition(":")[0]
    found: list[str] = json.loads(
        ask("image", "inspect", "--format", "{{json .RepoDigests}}", reference)
    )
    for candidate in found:
        if candidate.split("@")[0] == name:
            return candidate
    raise EngineError(f"{reference} has no digest: it was neither pulled nor pushed")


def remove(container: str) -> None:
    """Removes a container, running or not; one that is not there is no error."""
    ask("rm", "--force", "--volumes", container)


def megabytes(reference: str) -> float:
    return int(ask("image", "inspect", "--format", "{{.Size}}", reference)) / 1e6


def answers(reference: str, seconds: float) -> bool:
    """Whether a registry gives the image within the time."""
    try:
        ask("pull", "--quiet", reference, timeout=seconds)
    except EngineError:
        return False
    return True
