"""What is mounted into a workload, and what of the host is behind it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from policies.inputs import Inputs

_BINDS = {"bind", "rbind"}
_OF_A_SERVER = {"cifs", "smb3"}  # their device is //server/share
_LAYERS = {"lowerdir", "upperdir", "workdir"}  # of an overlay


@dataclass(frozen=True)
class Mount:
    """Something mounted. `type` is bind, volume, tmpfs, npipe or cluster.

    The source is read only where a rule asks for it: that of a volume may be unknown.
    """

    type: str
    target: str
    read_only: bool
    inputs: Inputs
    key: str
    propagation: str = ""

    @property
    def source(self) -> str:
        """The path on the host, or the volume's name; empty for an anonymous volume."""
        source = self.inputs.text(self.key)
        return normal(source) if self.type == "bind" else source

    @property
    def driver(self) -> Inputs:
        """The options a volume made by this mount gives its driver."""
        return self.inputs.inside("volumeOptions", "driverOptions")

    def of_host(self) -> Iterator[str]:
        """The paths of the host that it shows."""
        if self.type == "bind":
            yield self.source
        yield from paths(self.driver)


def mounts(spec: Inputs) -> Iterator[Mount]:
    """The mounts of a container, or of the container of a service (which has no `volumes`)."""
    for mount in spec.each("mounts"):
        yield Mount(
            mount.text("type") or "volume",
            mount.text("target"),
            mount.flag("readOnly"),
            mount,
            "source",
            mount.inside("bindOptions").text("propagation"),
        )
    for volume in spec.each("volumes"):
        sources = ("hostPath", "fromContainer")
        key = next((k for k in sources if not volume.known(k) or volume.text(k)), "volumeName")
        # The engine is given `source:target`, and takes what begins with a slash for a path.
        path = key == "hostPath" or (volume.known(key) and volume.text(key).startswith("/"))
        yield Mount(
            "bind" if path else "volume",
            volume.text("containerPath"),
            volume.flag("readOnly"),
            volume,
            key,
        )


def normal(path: str) -> str:
    """A path as the host resolves it: without `//`, `.` and `..`; any other text as it is."""
    return "/" + posixpath.normpath(path).lstrip("/") if path.startswith("/") else path


def paths(options: Inputs) -> Iterator[str]:
    """The paths of the host in a volume driver's options: each that begins with a slash."""
    flags = options.text("o").split(",")
    binds = bool(_BINDS & {*flags})  # whatever the type says, the kernel then takes the device
    for key in options.data:
        value = options.text(key)
        if key == "device" and binds:
            yield normal("/" + value)  # relative to the engine's own directory, the root
        elif value.startswith("/") and (binds or options.text("type") not in _OF_A_SERVER):
            yield normal(value)
    for name, _, value in (flag.partition("=") for flag in flags):
        if name in _LAYERS:
            yield from (normal(layer) for layer in value.split(":"))
