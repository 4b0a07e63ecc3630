"""The workers: they take tasks from NATS, and finish what they hold before they stop."""

import pulumi
from pydantic import Field

from components.application import PROBE, ApplicationArgs, connections, credentials
from components.engine import Running
from components.networks import BACKEND
from components.workload import Attachment, Health, Workload

UID = 10002
PORT = 8080

# A task in flight ends or is given back within this (audit R3).
STOP_GRACE = 30


class WorkerArgs(ApplicationArgs):
    """How many workers run side by side."""

    replicas: int = Field(ge=1)


class Worker(pulumi.ComponentResource):
    """Makes the containers; nothing connects to them but their own probe."""

    def __init__(
        self, name: str, args: WorkerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tasktracker:worker:Worker", name, None, opts)
        self.server: Running = args.engine.service(
            workload(name, args), parent=self, after=args.after
        )
        self.register_outputs({"addresses": list(self.server.addresses)})


def workload(name: str, args: WorkerArgs) -> Workload:
    """One description of all its containers; the probe sees a stuck loop (audit H2)."""
    return Workload(
        name=name,
        image=args.image,
        uid=UID,
        environment=connections(args),
        networks=(Attachment(network=BACKEND),),
        secrets=credentials(args, {}),
        tmpfs={"/tmp": 64},
        limits=args.limits,
        health=Health(
            command=(PROBE, f"http://127.0.0.1:{PORT}/health"),
            interval=30,
            timeout=10,
            retries=3,
            start_period=40,
        ),
        stop_grace=STOP_GRACE,
        replicas=args.replicas,
    )
