"""`toolchain/install`: has ready what a purpose needs, and says what was ready already."""

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Sequence

from toolchain import build, debian, download, engine, golang, pins, pulumi, requirements
from toolchain.cache import Cache, locate
from toolchain.failure import Failure
from toolchain.progress import say

Step = Callable[[Cache], object]


def prepare_pulumi(cache: Cache) -> None:
    """Have a whole Pulumi: the one on PATH, its publisher's, or one built from source."""
    wanted = pins.read()
    found, fault = pulumi.on_path(os.environ, wanted)
    if found is not None and fault.startswith(f"{found.bin}/pulumi lacks") and download.reachable():
        download.plugins(found, wanted, cache)
        fault = ""
    if found is not None and not fault:
        pulumi.verify(found, wanted)
        say("pulumi", f"already there: {found.bin}/pulumi with plugins in {found.home}")
        return
    own = pulumi.own(cache, wanted)
    if not own.bin.exists():
        say("pulumi", f"{fault}: getting {wanted.pulumi} into {own.bin.parent}")
        obtain(cache, wanted)
        pulumi.verify(own, wanted)
        say("pulumi", f"{wanted.pulumi} is ready")
        return
    pulumi.verify(own, wanted)
    say("pulumi", f"already there: {wanted.pulumi} in {own.bin.parent}")


def obtain(cache: Cache, wanted: pins.Pins) -> None:
    """Put the project's own Pulumi into the cache, whole or not at all."""
    key = pins.key(wanted)
    target = cache.unfinished("pulumi", key)

    def afresh() -> None:
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)

    afresh()
    if download.reachable():
        try:
            fault = download.release(target, wanted, cache)
        except Failure as failure:
            fault = str(failure)
    else:
        fault = f"{download.SITE} is out of reach"
    if fault:
        say("pulumi", f"not from its publisher: {fault}; building it from Go modules instead")
        afresh()
        build.build(target, wanted, cache)
    target.rename(cache.tool("pulumi", key))


def packages(*names: str) -> Step:
    """The step that installs requirements files."""
    return lambda cache: requirements.prepare(cache, names)


def system(name: str) -> Step:
    """The step that has a command of the operating system."""
    return lambda cache: debian.prepare(debian.TOOLS[name], cache)


RUN = packages("requirements.txt")
DEVELOP = packages("requirements.txt", "requirements-dev.txt")

STEPS: dict[str, Step] = {
    "docker": engine.prepare,
    "pulumi": prepare_pulumi,
    "go": golang.prepare,
    **{name: system(name) for name in debian.TOOLS},
}

PURPOSES: dict[str, list[Step]] = {
    "up": [RUN, engine.prepare, prepare_pulumi],
    "preview": [RUN, prepare_pulumi],
    "check": [DEVELOP],
    "test": [DEVELOP, engine.prepare, prepare_pulumi, system("chromium")],
    "bench": [DEVELOP, engine.prepare, prepare_pulumi, golang.prepare, system("wrk")],
}


def main(arguments: Sequence[str]) -> int:
    """Prepare what the arguments name; the exit status is 1 when a step fails."""
    parser = argparse.ArgumentParser(
        prog="toolchain/install",
        description="Has ready what the project needs. What is installed already is used.",
    )
    parser.add_argument("--for", dest="purpose", choices=PURPOSES, help="all a purpose needs")
    parser.add_argument("tools", nargs="*", metavar="TOOL", help=f"one of {', '.join(STEPS)}")
    asked = parser.parse_args(arguments)
    if unknown := [name for name in asked.tools if name not in STEPS]:
        parser.error(f"no such tool: {', '.join(unknown)}; there are {', '.join(STEPS)}")
    steps = PURPOSES.get(asked.purpose, []) + [STEPS[name] for name in asked.tools]
    if not steps:
        parser.error("say what for: --for up, or the name of a tool")
    # root by way of plain `su` has no system folders on PATH, where dockerd and dpkg's tools are.
    os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    cache = locate(os.environ)
    try:
        with cache.locked():
            for step in steps:
                step(cache)
    except Failure as failure:
        print(f"toolchain: error: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ntoolchain: interrupted; run it again to go on", file=sys.stderr)
        return 130
    return 0
