"""Which ports of the host are meant for everybody."""

from __future__ import annotations

from policies.rule import Config


class Public(Config):
    """Services and the ports of the host they may publish on every interface."""

    public: dict[str, tuple[int, ...]] = {"nginx": (80, 443, 8080, 8443)}

    def allows(self, service: str, port: int) -> bool:
        return port in self.public.get(service, ())
