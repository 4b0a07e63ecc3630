"""What is mounted into a workload."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policies.inputs import Inputs


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
        return self.inputs.text(self.key)


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
        key = next((k for k in ("hostPath", "fromContainer") if volume.has(k)), "volumeName")
        yield Mount(
            "bind" if key == "hostPath" else "volume",
            volume.text("containerPath"),
            volume.flag("readOnly"),
            volume,
            key,
        )
