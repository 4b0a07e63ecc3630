"""The images as the project builds them, in containers as hardened as the stack's."""

import os
import secrets
from collections.abc import Iterator

import pytest

from images import bring
from images.build import Watcher
from tests.live.images.containers import Room


@pytest.fixture(scope="session")
def images() -> dict[str, str]:
    """References by name; built first where they are not there."""
    names = ["postgres", "nats", "nginx", "registry", "python"]
    return bring.bring(names, "auto", Watcher(), print)[1]


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    """Containers, volumes and a network of this module, gone at its end."""
    made = Room(f"images-test-{os.getpid()}-{secrets.token_hex(2)}")
    try:
        yield made
    finally:
        made.clear()
