"""What a resource shows of the host's own files."""

from __future__ import annotations

from collections.abc import Iterator

from policies.mount import paths
from policies.planned import VOLUME, Planned


def host_paths(resource: Planned) -> Iterator[str]:
    """Paths of bind mounts, and those that hide in the options of a volume's driver."""
    if resource.type == VOLUME:
        yield from paths(resource.inputs.inside("driverOpts"))
        return
    for mount in resource.workload.mounts():
        yield from mount.of_host()
