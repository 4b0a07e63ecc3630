"""The part of the cache where images are made: root file systems, logs, the lock of a build."""

import os

from toolchain.cache import Cache, locate


def own() -> Cache:
    """The images' own room in the cache of this user."""
    return Cache(locate(os.environ).root / "images")
