"""The stack that starts and releases are measured on: dev's images, the replicas of prod."""

from pathlib import Path
from typing import Any

from tests.live import replicated, stacks
from tests.live.pulumi_stack import PROJECT, PulumiStack, clear

NAME = "dev-bench"
PREFIX = f"{PROJECT}-{NAME}"
PORT = 28980
BASE = f"http://127.0.0.1:{PORT}"


def values() -> dict[str, Any]:
    """Its stack object, with the images that were built on this machine."""
    found = replicated.values(stacks.built())
    found["prefix"] = PREFIX
    found["edge"]["http_port"] = PORT
    return found


def stack(folder: Path, given: dict[str, Any]) -> PulumiStack:
    """The stack, nothing of it there."""
    clear(NAME, PREFIX)
    return PulumiStack(NAME, given, {}, folder)


def remove() -> None:
    clear(NAME, PREFIX)
