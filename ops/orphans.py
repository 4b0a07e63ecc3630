"""What runs under a stack's label and is in no state: made by a command that was killed."""

import json
import os
import subprocess
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from toolchain.failure import Failure

LABEL = "tasktracker.stack"

Kind = Literal["container", "network", "volume"]

# In this order: nothing can be removed while a container uses it.
KINDS: tuple[Kind, ...] = ("container", "network", "volume")


@dataclass(frozen=True)
class Object:
    """One thing the engine has: its id as Pulumi keeps it, its name, and how it is."""

    kind: Kind
    id: str
    name: str
    state: str = ""


def orphans(found: Iterable[Object], known: Collection[str]) -> tuple[Object, ...]:
    """Those that no state knows, in an order in which they can be removed.

    Data volumes are never among them: they carry no label, as they belong to nobody's state alone.
    """
    return tuple(sorted((o for o in found if o.id not in known), key=lambda o: KINDS.index(o.kind)))


@dataclass(frozen=True)
class Engine:
    """The Docker engine of a stack; None is the one of the environment."""

    host: str | None

    def find(self, stack: str) -> tuple[Object, ...]:
        """Everything that carries the stack's label."""
        mine = ("--filter", f"label={LABEL}={stack}", "--format", "{{json .}}")
        containers = self._lines("ps", "--all", "--no-trunc", *mine)
        networks = self._lines("network", "ls", "--no-trunc", *mine)
        volumes = self._lines("volume", "ls", *mine)
        return (
            *(Object("container", c["ID"], c["Names"], c["Status"]) for c in containers),
            *(Object("network", n["ID"], n["Name"]) for n in networks),
            *(Object("volume", v["Name"], v["Name"]) for v in volumes),
        )

    def remove(self, thing: Object) -> None:
        """Remove one of them; a container is killed first."""
        if thing.kind == "container":
            self._run("rm", "--force", thing.id)
        else:
            self._run(thing.kind, "rm", thing.id)

    def _lines(self, *arguments: str) -> list[dict[str, str]]:
        return [json.loads(line) for line in self._run(*arguments).splitlines()]

    def _run(self, *arguments: str) -> str:
        environment = {**os.environ, **({"DOCKER_HOST": self.host} if self.host else {})}
        done = subprocess.run(
            ["docker", *arguments], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise Failure(
                f"docker {' '.join(arguments[:2])}",
                done.stderr.strip(),
                "see that the engine answers (`docker info`), then run this again",
            )
        return done.stdout
