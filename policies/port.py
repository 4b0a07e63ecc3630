"""What a workload publishes on the host."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policies.inputs import Inputs


@dataclass(frozen=True)
class Port:
    """A published port. `external` 0 means that the engine picks one; `mode` is Swarm's."""

    ip: str
    external: int
    internal: int
    protocol: str
    mode: str = ""


def of_container(inputs: Inputs) -> Iterator[Port]:
    for port in inputs.each("ports"):
        yield Port(
            port.text("ip"),
            int(port.number("external")),
            int(port.number("internal")),
            port.text("protocol") or "tcp",
        )


def of_service(inputs: Inputs) -> Iterator[Port]:
    """A service can't bind an address: its ports answer on every interface."""
    for port in inputs.inside("endpointSpec").each("ports"):
        yield Port(
            "",
            int(port.number("publishedPort")),
            int(port.number("targetPort")),
            port.text("protocol") or "tcp",
            port.text("publishMode") or "ingress",
        )
