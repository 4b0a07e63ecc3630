"""What a component may ask of the engine that runs the stack, whichever engine that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import pulumi

from components.args import Args
from components.workload import SecretFile, Workload


@dataclass(frozen=True)
class Running:
    """A service that is up: addresses of its instances, one per replica, and what to wait for."""

    addresses: tuple[pulumi.Output[str], ...]
    ready: tuple[pulumi.Resource, ...]


class LiveFiles(Args):
    """Configuration that a running service reads anew: it is checked, then switched to.

    `entry` is the file below `path` that the service loads at its start, and `pointer` its text:
    the one line that leads to a version. `check` and `reload` are argv run inside the service, and
    `proof` is argv that prints the version it has loaded. In all of them, and in the files,
    `{version}` stands for the name of the version's directory.
    """

    service: str
    path: str
    uid: int
    files: dict[str, str | pulumi.Output[str]]
    secrets: tuple[SecretFile, ...] = ()
    entry: str
    pointer: str
    check: tuple[str, ...]
    reload: tuple[str, ...]
    proof: tuple[str, ...]


@dataclass(frozen=True)
class Live:
    """Where live files are, and the version a fresh start of the service would load."""

    volume: pulumi.Output[str]
    version: pulumi.Output[str]
    ready: tuple[pulumi.Resource, ...]


@runtime_checkable
class Engine(Protocol):
    """Docker's plain containers or its Swarm: the only thing that knows how a workload runs.

    `workloads` are those it was given, for whoever draws or checks the whole.
    """

    workloads: list[Workload]

    def network(
        self, name: str, *, internal: bool, isolating: bool, parent: pulumi.Resource
    ) -> None:
        """Make a network that workloads name in their attachments.

        An internal one leads nowhere else; on an isolating one members don't reach each other.
        """

    def data_volume(
        self,
        name: str,
        *,
        parent: pulumi.Resource,
        key: Sequence[pulumi.Resource] = (),
        restored: bool = True,
    ) -> pulumi.Output[str]:
        """Make a volume that neither `destroy` nor a replacement loses (audit R8).

        `key` is what its data is worthless without, and is kept with it. A restore puts another
        volume beside it, which then is the one in use, unless `restored` says that none does.
        """

    def volume(self, name: str, *, parent: pulumi.Resource) -> pulumi.Output[str]:
        """Make a volume for what may be lost: it goes with the stack."""

    def service(
        self, workload: Workload, *, parent: pulumi.Resource, after: Sequence[pulumi.Resource] = ()
    ) -> Running:
        """Run a long-lived workload; it is ready when its health check says so."""

    def job(
        self, workload: Workload, *, parent: pulumi.Resource, after: Sequence[pulumi.Resource] = ()
    ) -> pulumi.Resource:
        """Run a workload once to its end; the resource exists when it has succeeded."""

    def live_files(
        self, files: LiveFiles, *, parent: pulumi.Resource, after: Sequence[pulumi.Resource] = ()
    ) -> Live:
        """Put files beside the ones in use, let the running service check them, point to them."""

    def reload(
        self, files: LiveFiles, live: Live, running: Running, *, parent: pulumi.Resource
    ) -> pulumi.Resource:
        """Have the running service load the version that `live_files` points to."""
