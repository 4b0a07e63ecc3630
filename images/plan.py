"""What has to be done for the images to be there: from the catalogue, the sources, the tags."""

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from images import content
from images.catalogue import NAMESPACE, ROOT, Base, Catalogue

Source = Literal["auto", "official", "stand-in"]
Act = Literal["none", "pull", "rootfs", "tools", "build"]


@dataclass(frozen=True)
class Step:
    """One image: its reference, what makes it, and the names of the steps that come first.

    A server's version is part of its tag and is known once it is built: until then its reference
    is `task-tracker/<name>:sha-…`, and `version` is the command that prints the version.
    """

    name: str
    reference: str
    act: Act
    needs: tuple[str, ...] = ()
    context: Path = ROOT
    target: str | None = None
    arguments: Mapping[str, str] | None = None
    version: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """`release` is the tag of all app images; a base's step is called `base-<name>`."""

    release: str
    steps: Mapping[str, Step]


def make(
    catalogue: Catalogue,
    tags: frozenset[str],
    source: Source,
    answers: Callable[[], bool],
    rootfs_inputs: bytes,
    root: Path = ROOT,
) -> Plan:
    """The plan for every image of the catalogue.

    `answers` says whether a registry answers and is asked only where that decides something;
    `rootfs_inputs` is what goes into a root file system beside the files of its directory.
    """
    files = functools.cache(content.of_files)
    steps: dict[str, Step] = {}
    for name, base in catalogue.bases.items():
        steps[f"base-{name}"] = _base(name, base, root, steps, tags, source, answers, rootfs_inputs)
    for name, server in catalogue.servers.items():
        context, arguments = root / "images" / name, _arguments(server.bases, steps)
        key = content.of_build(files(context), arguments)
        kept = kept_server(tags, name, key)
        steps[name] = Step(
            name=name,
            reference=kept or f"{NAMESPACE}/{name}:{key}",
            act="none" if kept else "build",
            needs=_needs(server.bases),
            context=context,
            arguments=arguments,
            version=server.version,
        )
    hashes = {
        name: content.of_build(
            files(root / app.context),
            {**_arguments(app.bases, steps), "target": app.target or ""},
        )
        for name, app in catalogue.apps.items()
    }
    release = content.short(f"{name}={hashes[name]}".encode() for name in sorted(hashes))
    for name, app in catalogue.apps.items():
        reference = f"{NAMESPACE}/{name}:{release}"
        steps[name] = Step(
            name=name,
            reference=reference,
            act="none" if reference in tags else "build",
            needs=_needs(app.bases),
            context=root / app.context,
            target=app.target,
            arguments=_arguments(app.bases, steps),
        )
    return Plan(release, steps)


def _base(
    name: str,
    base: Base,
    root: Path,
    steps: Mapping[str, Step],
    tags: frozenset[str],
    source: Source,
    answers: Callable[[], bool],
    rootfs_inputs: bytes,
) -> Step:
    room = "images" if base.make == "tools" else "images/bases"
    context, arguments = root / room / name, _arguments(base.bases, steps)
    if base.make == "rootfs":
        arguments = {"inputs": rootfs_inputs.hex()}
    key = content.of_build(content.of_files(context), arguments)
    stand_in = f"{NAMESPACE}/base-{name}:{key}"
    reference, act = choose(base.official, stand_in, tags, source, answers)
    made: Act = "build" if base.make == "dockerfile" else base.make
    return Step(
        name=f"base-{name}",
        reference=reference,
        act=made if act == "make" else act,
        needs=_needs(base.bases),
        context=context,
        arguments=arguments,
    )


def choose(
    official: str | None,
    stand_in: str,
    tags: frozenset[str],
    source: Source,
    answers: Callable[[], bool],
) -> tuple[str, Literal["none", "pull", "make"]]:
    """Which reference a base has and how to get it.

    What is there already is kept: a network that comes and goes changes no release.
    """
    if official and source != "stand-in":
        if official in tags:
            return official, "none"
        if source == "official" or (stand_in not in tags and answers()):
            return official, "pull"
    return stand_in, "none" if stand_in in tags else "make"


def kept_server(tags: Iterable[str], name: str, key: str) -> str | None:
    """The server image of this content, if it is there: `task-tracker/postgres:18.6-sha-…`, or
    `task-tracker/files:sha-…` of one without a version."""
    tag = re.compile(rf"{NAMESPACE}/{name}:([\d.]+-)?{key}")
    return next((found for found in sorted(tags) if tag.fullmatch(found)), None)


def needed(plan: Plan, names: Iterable[str]) -> dict[str, Step]:
    """These images and what must be made for them, in order; ValueError if one is unknown."""
    wanted: dict[str, Step] = {}
    for step in (plan.steps[known(plan, name)] for name in names):
        if step.act not in ("none", "pull"):
            wanted |= needed(plan, step.needs)
        wanted[step.name] = step
    return wanted


def known(plan: Plan, name: str) -> str:
    """The step that makes what is called so; a base may be called with or without `base-`."""
    for candidate in (name, f"base-{name}"):
        if candidate in plan.steps:
            return candidate
    raise ValueError(f"no image is called {name!r}; there are: {', '.join(plan.steps)}")


def _needs(bases: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"base-{base}" for base in bases)


def _arguments(bases: Iterable[str], steps: Mapping[str, Step]) -> dict[str, str]:
    return {f"{base.upper()}_BASE": steps[f"base-{base}"].reference for base in bases}
