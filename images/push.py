"""Pushes what was built to a registry, and says by which digest each image is found there."""

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from images import cache, engine
from images.build import AT_ONCE

DESTINATION = re.compile(r"[a-z0-9.-]+(:\d+)?(/[a-z0-9._-]+)*")
RELEASE = re.compile(r"v\d+\.\d+\.\d+|sha-[0-9a-f]{7,40}")


def destination(given: str) -> str:
    """`HOST:PORT/NAMESPACE` as given, without a last slash; ValueError if it is none."""
    cleaned = given.rstrip("/")
    if not DESTINATION.fullmatch(cleaned):
        raise ValueError(f"--push {given!r}: write HOST:PORT/NAMESPACE, as in 127.0.0.1:5000/shop")
    return cleaned


def release(given: str) -> str:
    """The name of a release as given; ValueError if it is none."""
    if not RELEASE.fullmatch(given):
        raise ValueError(f"--release {given!r}: write vX.Y.Z or sha-<commit>, as in v1.4.0")
    return given


def there(reference: str, destination: str, renamed: Mapping[str, str]) -> str:
    """`task-tracker/api:sha-1` as it is called at the destination: `host:5000/shop/api:v1.4.0`.

    `renamed` has the tags that change: the release of a build becomes one with a name.
    """
    name, _, tag = reference.rpartition("/")[2].partition(":")
    return f"{destination}/{name}:{renamed.get(tag, tag)}"


def push(targets: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Pushes each (reference, target); the targets by name, as `host:5000/shop/api:1@sha256:…`.

    What the registry has already is not sent again. EngineError if it refuses one.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        pushed = pool.map(_push, targets.values())
        return dict(zip(targets, pushed, strict=True))


def _push(item: tuple[str, str]) -> str:
    reference, target = item
    engine.ask("tag", reference, target)
    name = target.rpartition("/")[2].partition(":")[0]
    engine.run(["docker", "push", target], cache.own().log(f"push-{name}"), lambda line: None)
    return f"{target}@{engine.digest(target).partition('@')[2]}"
