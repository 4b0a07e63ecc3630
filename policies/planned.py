"""A resource as it is planned, and the stack it belongs to: what rules look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from policies.inputs import Inputs
from policies.workload import Workload

CONTAINER = "docker:index/container:Container"
SERVICE = "docker:index/service:Service"
NETWORK = "docker:index/network:Network"
VOLUME = "docker:index/volume:Volume"
SECRET = "docker:index/secret:Secret"
SERVICE_CONFIG = "docker:index/serviceConfig:ServiceConfig"
REMOTE_IMAGE = "docker:index/remoteImage:RemoteImage"
COMMAND = "command:local:Command"
REMOTE_COMMAND = "command:remote:Command"
IMAGE = "docker:index/image:Image"
PLUGIN = "docker:index/plugin:Plugin"
WORKLOADS = (CONTAINER, SERVICE)


def stack_of(urn: str) -> str:
    """The name of the stack that a URN is of."""
    return urn.split("::")[0].rpartition(":")[2]


def environment_of(stack: str) -> str:
    """The environment a stack belongs to: its name up to the first dash (`prod-eu` → `prod`)."""
    return stack.partition("-")[0]


@dataclass(frozen=True)
class Options:
    """The resource options a rule may ask for; None means that the caller can't see it."""

    protect: bool = False
    delete_before_replace: bool | None = None
    parent: str = ""
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] | None = None


@dataclass(frozen=True, eq=False)
class Planned:
    """One resource of the plan."""

    type: str
    urn: str
    data: dict[str, Any] = field(repr=False)
    options: Options = Options()
    dependencies: tuple[str, ...] = ()  # URNs

    @cached_property
    def inputs(self) -> Inputs:
        return Inputs(self.data)

    @cached_property
    def workload(self) -> Workload:
        """The same view of a Container and of a Service."""
        return Workload(self.inputs, swarm=self.type == SERVICE)

    @property
    def image(self) -> str:
        """The image a workload runs, or that a RemoteImage or an Image names."""
        if self.type in WORKLOADS:
            return self.workload.image
        return self.inputs.text("imageName" if self.type == IMAGE else "name")

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return self.urn.rpartition("::")[2]

    @cached_property
    def stack(self) -> str:
        return stack_of(self.urn)

    @cached_property
    def environment(self) -> str:
        return environment_of(self.stack)


@dataclass(frozen=True, eq=False)
class Stack:
    """Every resource of a plan, in the order of registration.

    `settings` is the stack file's own object (`<project>:stack`), empty where there is none.
    `is_new` says that the engine knows of nothing on the host yet; False where that isn't known.
    `is_ordered` says that dependencies are known.
    """

    name: str
    resources: tuple[Planned, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    is_new: bool = False
    is_ordered: bool = True

    @property
    def environment(self) -> str:
        return environment_of(self.name)

    def of(self, *types: str) -> Iterator[Planned]:
        """The resources of these types, type by type."""
        return (resource for type in types for resource in self._by_type.get(type, ()))

    @cached_property
    def _by_type(self) -> dict[str, list[Planned]]:
        found: dict[str, list[Planned]] = {}
        for resource in self.resources:
            found.setdefault(resource.type, []).append(resource)
        return found

    @cached_property
    def by_name(self) -> dict[tuple[str, str], Planned]:
        """Resources by type and physical name, those whose name is given and known."""
        return {
            (resource.type, str(resource.data["name"])): resource
            for resource in self.resources
            if isinstance(resource.data.get("name"), str)
        }

    @cached_property
    def workloads(self) -> tuple[Planned, ...]:
        return tuple(self.of(*WORKLOADS))
