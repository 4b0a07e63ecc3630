"""A Container and a Service seen alike: what runs, as whom, on what, with how much."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from policies.datastore import CLIENTS, DATASTORES, kind
from policies.image import parse
from policies.inputs import Inputs, Undecided
from policies.mount import Mount, mounts
from policies.port import Port, of_container, of_service
from policies.values import UNKNOWN

MEGABYTE = 1024 * 1024

# The services that serve for as long as the stack is there.
SERVERS = {"api", "worker", "dashboard", "nginx", "edge", "bot", "backup", "drill"}

# What `networkMode` says where it names no network.
NO_NETWORK = re.compile(r"|default|bridge|nat|none|host|container:.*")

# The program of a container that carries files and never runs.
NEVER = "/never-started"


class Workload:
    """The inputs of a Container, or of a Service with its task and its container."""

    def __init__(self, inputs: Inputs, swarm: bool) -> None:
        self.inputs = inputs
        self.swarm = swarm

    @cached_property
    def task(self) -> Inputs:
        return self.inputs.inside("taskSpec") if self.swarm else self.inputs

    @cached_property
    def spec(self) -> Inputs:
        """Where the fields of the container itself are."""
        return self.inputs.inside("taskSpec", "containerSpec") if self.swarm else self.inputs

    @property
    def image(self) -> str:
        return self.spec.text("image")

    @property
    def user(self) -> str:
        return self.spec.text("user")

    @property
    def command(self) -> list[str]:
        """The words that run: entry point, then arguments."""
        first, second = ("commands", "args") if self.swarm else ("entrypoints", "command")
        return [*self.spec.texts(first), *self.spec.texts(second)]

    def environment(self) -> Iterator[tuple[str, object]]:
        """Names and values of the environment; a value may be `UNKNOWN`, a name may not."""
        if self.swarm:
            yield from self.spec.inside("env").data.items()
            return
        for entry in self.spec.texts("envs"):
            name, _, value = entry.partition("=")
            yield name, type(entry)(value)

    def labels(self) -> dict[str, object]:
        """Labels of the container, and of the service that runs it; values may be `UNKNOWN`."""
        return self._labels

    @cached_property
    def _labels(self) -> dict[str, object]:
        levels = (self.spec, self.inputs) if self.swarm else (self.inputs,)
        return {
            label.text("label"): UNKNOWN if not label.known("value") else label.text("value")
            for level in levels
            for label in level.each("labels")
        }

    def label(self, name: str) -> str:
        """The value of one label; empty when there is none."""
        value = self.labels().get(name, "")
        if value is UNKNOWN:
            raise Undecided(f"labels.{name}")
        return str(value)

    def mounts(self) -> Iterator[Mount]:
        return mounts(self.spec)

    def ports(self) -> Iterator[Port]:
        """The published ports."""
        return of_service(self.inputs) if self.swarm else of_container(self.inputs)

    def networks(self) -> Iterator[str]:
        """Names (or ids) of the networks it joins: what is known first, then it may raise."""
        unread: list[tuple[Inputs, str]] = []
        if not self.swarm:
            # The provider joins the one of the mode beside those of the list.
            if not self.inputs.known("networkMode"):
                unread.append((self.inputs, "networkMode"))
            elif not NO_NETWORK.fullmatch(mode := self.inputs.text("networkMode")):
                yield mode
        for network in self.task.each("networksAdvanceds" if self.swarm else "networksAdvanced"):
            key = "name" if network.data.get("name") else "id"
            if network.known(key):
                yield network.text(key)
            else:
                unread.append((network, key))
        for inputs, key in unread:
            inputs.text(key)

    def capabilities(self, kind: str) -> list[str]:
        """Capabilities of `kind` (adds, drops), without their prefix, in capitals."""
        if self.swarm:
            names = self.spec.texts({"adds": "capAdds", "drops": "capDrops"}[kind])
        else:
            names = self.inputs.inside("capabilities").texts(kind)
        return [name.upper().removeprefix("CAP_") for name in names]

    @property
    def memory(self) -> float:
        """The memory limit in megabytes; 0 when there is none."""
        if self.swarm:
            return self.task.inside("resources", "limits").number("memoryBytes") / MEGABYTE
        return self.inputs.number("memory")

    @property
    def cpus(self) -> float:
        """The CPU limit in cores; 0 when there is none."""
        if self.swarm:
            return self.task.inside("resources", "limits").number("nanoCpus") / 1e9
        period = self.inputs.number("cpuPeriod") or 100_000  # the kernel's default, microseconds
        return self.inputs.number("cpus") or self.inputs.number("cpuQuota") / period

    @property
    def replicas(self) -> int:
        """How many of it run; 1 for a container."""
        if not self.swarm:
            return 1
        replicated = self.inputs.inside("mode", "replicated")
        return int(replicated.number("replicas")) if replicated.has("replicas") else 1

    @property
    def restart(self) -> str:
        """no, on-failure, always or unless-stopped; for a service none, on-failure or any."""
        if self.swarm:
            return self.task.inside("restartPolicy").text("condition") or "any"
        return self.inputs.text("restart") or "no"

    @property
    def is_job(self) -> bool:
        """Whether it is no server: a deployment starts it and waits for its end, once.

        It may end (`mustRun` is false) and nothing starts it again; the provider waits for it, or
        leaves its start to a command. What publishes a port, or is one of a server's containers,
        serves, whatever it says of itself.
        """
        if not self._ends or self.is_filler:
            return self._ends
        if not self._is_left and not self.inputs.flag("attach"):
            return False
        return not [*self.ports()] and self.service not in SERVERS | DATASTORES

    @property
    def is_filler(self) -> bool:
        """Whether nothing in it can ever run: it is made for its uploads, by a program of no image.

        A job is not started either, until a command starts it.
        """
        entry = [*self.spec.texts("entrypoints")][:1]  # NEVER as an argument would be no program
        return self._ends and self._is_left and entry == [NEVER]

    @property
    def _ends(self) -> bool:
        """Whether it may end, and stays so."""
        may_end = self.inputs.has("mustRun") and not self.inputs.flag("mustRun")
        return not self.swarm and may_end and self.restart == "no"

    @property
    def _is_left(self) -> bool:
        """Whether the provider makes it and doesn't start it."""
        return self.inputs.has("start") and not self.inputs.flag("start")

    @property
    def service(self) -> str:
        """The service it belongs to, by its label; empty for one that carries none."""
        return self.label("tasktracker.service")

    @property
    def datastore(self) -> str:
        """Which program it is that keeps data others read; empty for none.

        By the image it runs, or by its label.
        """
        if self.service in DATASTORES and not self.spec.known("image"):
            return self.service
        program = next(iter(self.command), "").rpartition("/")[2]
        found = "" if program in CLIENTS else kind(parse(self.image))
        return found or (self.service if self.service in DATASTORES else "")

    @property
    def is_datastore(self) -> bool:
        """Whether it keeps data that others read."""
        return bool(self.datastore)
