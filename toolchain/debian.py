"""Packages of the operating system, on Debian and what derives from it."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from toolchain.cache import Cache
from toolchain.failure import Failure
from toolchain.progress import command, say


@dataclass(frozen=True)
class Tool:
    """A command the project needs, and the Debian packages that bring it."""

    name: str
    commands: tuple[str, ...]
    packages: tuple[str, ...]

    def find(self) -> str | None:
        """The first of its commands that is on PATH."""
        return next((path for name in self.commands if (path := shutil.which(name))), None)


TOOLS = {
    tool.name: tool
    for tool in (
        Tool(
            "chromium",
            ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
            # Without a font a page has no text to look at.
            ("chromium", "fonts-dejavu-core"),
        ),
        Tool("debootstrap", ("debootstrap",), ("debootstrap",)),
        Tool("wrk", ("wrk",), ("wrk",)),
    )
}


def prepare(tool: Tool, cache: Cache) -> None:
    """Have the tool on PATH, installing its packages if it is not."""
    if (path := tool.find()) is not None:
        say(tool.name, f"already there: {path}")
        return
    install(tool.name, tool.packages, cache)


def install(step: str, packages: Sequence[str], cache: Cache) -> None:
    """Install packages without what they merely recommend, at the cost of none that is there.

    Raises Failure without root or apt-get, and when apt-get fails.
    """
    names = " ".join(packages)
    by_hand = f"install it by hand (on Debian: apt-get install {names}) and run this again"
    if shutil.which("apt-get") is None:
        raise Failure(step, "not installed, and this machine has no apt-get", by_hand)
    if os.geteuid() != 0:
        raise Failure(step, "not installed, and only root can install packages", by_hand)
    apt = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300"]
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command(
        step,
        "reading the package lists",
        [*apt, "update"],
        cache.log("apt-update"),
        "see that apt-get update works on this machine",
        env=env,
    )
    command(
        step,
        f"installing {names}",
        [*apt, "install", "--no-install-recommends", "--no-remove", *packages],
        cache.log(f"apt-{step}"),
        by_hand,
        env=env,
    )
