"""What the host still has of a stack: what somebody removed by hand, the next `up` makes again.

A refresh would find it as well, but asks the provider for one object after the other, and the
provider waits 2 s before it reads a network. The state is asked what there should be, and the host
what there is, once. What is gone gets a number that its state keeps, and so is replaced.
"""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

NUMBER = "tasktracker.made-again"

CONTAINER = "docker:index/container:Container"
NETWORK = "docker:index/network:Network"
VOLUME = "docker:index/volume:Volume"
IMAGE = "docker:index/remoteImage:RemoteImage"

# How the engine lists each, by the ids that the state has.
LISTS = {
    CONTAINER: ("ps", "--quiet", "--no-trunc"),
    NETWORK: ("network", "ls", "--quiet", "--no-trunc"),
    VOLUME: ("volume", "ls", "--quiet"),
    IMAGE: ("image", "ls", "--quiet", "--no-trunc"),
}

# A preview is read where the host may be out of reach, and does without its answer after this.
PREVIEW_SECONDS, UP_SECONDS = 5, 60


class NoAnswer(Exception):
    """The host can't be asked; the text says why."""


@dataclass(frozen=True)
class Known:
    """An object that should be there: its id, and how often it was made again."""

    id: str
    number: int


@dataclass(frozen=True)
class Presence:
    """Objects of the state by type and name, and those of them that are gone."""

    known: Mapping[tuple[str, str], Known] = field(default_factory=dict)
    gone: frozenset[tuple[str, str]] = frozenset()

    def is_gone(self, type: str, name: str) -> bool:
        """Whether the state has it and the host hasn't."""
        return (type, name) in self.gone

    def number(self, type: str, name: str) -> dict[str, str]:
        """The label, or trigger of an image, that counts how often it was made again, if ever."""
        known = self.known.get((type, name))
        number = (known.number if known else 0) + self.is_gone(type, name)
        return {NUMBER: str(number)} if number else {}


def ask(environment: Mapping[str, str]) -> Presence:
    """Compare the state with the host. Raises `pulumi.RunError` if an `up` gets no answer."""
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    answer = pulumi.runtime.invoke(
        "pulumi:pulumi:readStackResourceOutputs", {"stackName": stack}
    ).value
    known = in_state(answer["outputs"] if answer else {})
    preview = pulumi.runtime.is_dry_run()
    try:
        gone = missing(known, environment, PREVIEW_SECONDS if preview else UP_SECONDS)
    except NoAnswer as trouble:
        if preview:
            return Presence(known)
        raise pulumi.RunError(f"the stack's Docker host gives no answer: {trouble}") from None
    if gone:
        names = ", ".join(sorted(name for _, name in gone))
        pulumi.info(f"not on the host any more, so made again: {names}")
    return Presence(known, gone)


def in_state(outputs: Mapping[str, Any]) -> dict[tuple[str, str], Known]:
    """What should be there, of the outputs of all resources by URN; services of containers."""
    found = {}
    for urn, resource in outputs.items():
        type, of = resource["type"], resource["outputs"]
        if type not in LISTS or (type == CONTAINER and of.get("restart") == "no"):
            continue
        labels = {each["label"]: each["value"] for each in of.get("labels") or ()}
        number = {**labels, **(of.get("triggers") or {})}.get(NUMBER, "0")
        if id := of.get("imageId" if type == IMAGE else "id"):
            found[type, urn.rpartition("::")[2]] = Known(id, int(number))
    return found


def missing(
    known: Mapping[tuple[str, str], Known], environment: Mapping[str, str], seconds: float
) -> frozenset[tuple[str, str]]:
    """Those that the host hasn't; a container that doesn't run is none. Raises `NoAnswer`."""
    containers = {key: each for key, each in known.items() if key[0] == CONTAINER}
    if not containers:
        return frozenset()
    there = _list(CONTAINER, environment, seconds)
    if all(each.id in there for each in containers.values()):
        return frozenset()  # what containers use can't be gone while they run
    there = there.union(*(_list(type, environment, seconds) for type in (NETWORK, VOLUME, IMAGE)))
    return frozenset(key for key, each in known.items() if each.id not in there)


def _list(type: str, environment: Mapping[str, str], seconds: float) -> frozenset[str]:
    try:
        done = subprocess.run(
            ["docker", *LISTS[type]], env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=seconds,
        )  # fmt: skip
    except FileNotFoundError:
        raise NoAnswer("there is no `docker` on PATH") from None
    except subprocess.TimeoutExpired:
        raise NoAnswer(f"it took longer than {seconds:.0f} s") from None
    if done.returncode != 0:
        raise NoAnswer(done.stderr.strip())
    return frozenset(done.stdout.split())
