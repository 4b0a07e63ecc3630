"""What a workload publishes on the host."""

from __future__ import annotations

import ipaddress
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

    @property
    def address(self) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
        """The one address it answers on; None for every address, which no readable one says too."""
        try:
            address = ipaddress.ip_address(self.ip.strip("[]"))
        except ValueError:
            return None
        address = getattr(address, "ipv4_mapped", None) or address
        return None if address.is_unspecified else address

    @property
    def is_local(self) -> bool:
        """Whether only the host itself reaches it."""
        return self.address is not None and self.address.is_loopback


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
