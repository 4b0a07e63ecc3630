"""Pushes what was built to a registry, and says by which digest each image is found there."""

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

from images import cache, engine
from images.build import AT_ONCE

DESTINATION = re.compile(r"[a-z0-9.-]+(:\d+)?(/[a-z0-9._-]+)*")


def destination(given: str) -> str:
    """`HOST:PORT/NAMESPACE` as given, without a last slash; ValueError if it is none."""
    cleaned = given.rstrip("/")
    if not DESTINATION.fullmatch(cleaned):
        raise ValueError(f"--push {given!r}: write HOST:PORT/NAMESPACE, as in 127.0.0.1:5000/shop")
    return cleaned


def there(reference: str, destination: str) -> str:
    """`task-tracker/api:sha-1` as it is called at the destination: `host:5000/shop/api:sha-1`."""
    return f"{destination}/{reference.rpartition('/')[2]}"


def push(references: Mapping[str, str], destination: str) -> dict[str, str]:
    """Every image, by name, as `host:5000/shop/api:sha-1@sha256:…`. What the registry has already
    is not sent again. EngineError if it refuses one."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        pushed = pool.map(_push, references, references.values(), repeat(destination))
        return dict(zip(references, pushed, strict=True))


def _push(name: str, reference: str, destination: str) -> str:
    target = there(reference, destination)
    engine.ask("tag", reference, target)
    log = cache.own().log(f"push-{name}")
    engine.run(["docker", "push", target], log, lambda line: None)
    return f"{target}@{engine.digest(target).partition('@')[2]}"
