"""Carries a plan out: what doesn't wait for another image is done at once."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from graphlib import TopologicalSorter
from pathlib import Path

from images import cache, engine, rootfs, tools
from images.catalogue import NAMESPACE
from images.plan import Step

# Builds mostly unpack and compile: more at once than the smallest machine has cores gains nothing.
AT_ONCE = 2

Show = Callable[[str], None]


class Watcher:
    """What happens during a build; the command line prints it."""

    @contextmanager
    def working(self, step: Step) -> Iterator[Show]:
        yield lambda line: None

    def done(self, step: Step, reference: str, seconds: float) -> None: ...


def carry_out(steps: Mapping[str, Step], watcher: Watcher) -> dict[str, str]:
    """Every step, each after those it needs; the references by name. The first error ends all."""
    order = TopologicalSorter(waits_for(steps))
    order.prepare()
    references: dict[str, str] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running: dict[Future[str], str] = {}
        try:
            while order.is_active():
                for name in order.get_ready():
                    running[pool.submit(_step, steps[name], watcher)] = name
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    name = running.pop(future)
                    references[name] = future.result()
                    order.done(name)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            engine.stop()
            raise
    return references


def waits_for(steps: Mapping[str, Step]) -> dict[str, list[str]]:
    """Which steps each one waits for: those it needs, and the one before it with the same context,
    so that stages they share are built once and not side by side."""
    waits: dict[str, list[str]] = {}
    latest: dict[Path, str] = {}
    for name, step in steps.items():
        waits[name] = [need for need in step.needs if need in steps]
        if step.context in latest:
            waits[name].append(latest[step.context])
        latest[step.context] = name
    return waits


def _step(step: Step, watcher: Watcher) -> str:
    started = time.monotonic()
    reference = step.reference
    if step.act != "none":
        with watcher.working(step) as show:
            _make(step, show)
            if step.version:
                reference = name_by_version(step)
    watcher.done(step, reference, time.monotonic() - started)
    return reference


def _make(step: Step, show: Show) -> None:
    log = cache.own().log(step.name)
    if step.act == "pull":
        engine.run(["docker", "pull", step.reference], log, show)
    elif step.act == "rootfs":
        rootfs.make(step.reference, step.context, log, show)
    elif step.act == "tools":
        tools.make(step.reference, step.context, log, show)
    else:
        engine.run(command(step), log, show)


def command(step: Step) -> list[str]:
    """The `docker build` of a step; FileNotFoundError if there is nothing to build."""
    dockerfile = step.context / "Dockerfile"
    if not dockerfile.is_file():
        raise FileNotFoundError(
            f"{step.name}: {dockerfile} is missing: write it, or take it off catalogue.toml"
        )
    stage = ["--target", step.target] if step.target else []
    arguments = [
        part
        for key, value in sorted((step.arguments or {}).items())
        for part in ("--build-arg", f"{key}={value}")
    ]
    return ["docker", "build", "--tag", step.reference, *stage, *arguments, str(step.context)]


def name_by_version(step: Step) -> str:
    """Asks the built server for its version and makes it part of the tag: `18.6-sha-…`."""
    said = engine.ask(
        "run",
        "--rm",
        "--network=none",
        "--entrypoint",
        step.version[0],
        step.reference,
        *step.version[1:],
    )
    reference = f"{NAMESPACE}/{step.name}:{version_in(said)}-{step.reference.rpartition(':')[2]}"
    engine.ask("tag", step.reference, reference)
    engine.ask("image", "rm", step.reference)
    return reference


def version_in(text: str) -> str:
    """18.6 of `postgres (PostgreSQL) 18.6 (Debian 18.6-3)`; ValueError if there is none."""
    found = re.search(r"\d+(\.\d+)+", text)
    if not found:
        raise ValueError(f"no version in {text!r}: correct `version` in catalogue.toml")
    return found.group()
