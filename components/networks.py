"""The segments of the stack: who may talk to whom (audit N1-N6)."""

import pulumi

from components.args import Args
from components.engine import Engine

EDGE = "edge"
FRONTEND = "frontend"
BACKEND = "backend"
ACCESS = "access"
INTEGRATIONS = "integrations"
EGRESS = "egress"
BACKUPS = "backups"

# Only these lead out of the host. Docker publishes ports of a container on such a network alone,
# so nothing behind the edge can be published by mistake.
OPEN = frozenset({EDGE, ACCESS, EGRESS, BACKUPS})

# Their members share nothing but the way out: publishing a port opens no path between them.
ISOLATING = frozenset({ACCESS, EGRESS, BACKUPS})


class NetworksArgs(Args):
    """The segments a stack has."""

    engine: Engine
    names: tuple[str, ...]


class Networks(pulumi.ComponentResource):
    """Makes the segments; workloads name them in their attachments."""

    def __init__(
        self, name: str, args: NetworksArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tasktracker:networks:Networks", name, None, opts)
        for network in args.names:
            args.engine.network(
                network,
                internal=network not in OPEN,
                isolating=network in ISOLATING,
                parent=self,
            )
        self.register_outputs({"names": list(args.names)})
