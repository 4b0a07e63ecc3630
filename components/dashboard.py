"""The dashboard: static files, served by an unprivileged nginx of its own."""

import pulumi

from components.args import Args
from components.engine import Engine, Running
from components.networks import FRONTEND
from components.workload import Attachment, Health, Limits, Workload

UID = 101  # nginx, in nginx-unprivileged
PORT = 8080


class DashboardArgs(Args):
    """The image holds everything; it talks to nobody."""

    engine: Engine
    image: str
    limits: Limits
    replicas: int = 1


class Dashboard(pulumi.ComponentResource):
    """Makes the containers; `server.addresses` are what the edge sends page requests to."""

    def __init__(
        self, name: str, args: DashboardArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tasktracker:dashboard:Dashboard", name, None, opts)
        self.server: Running = args.engine.service(workload(name, args), parent=self)
        self.register_outputs({"addresses": list(self.server.addresses)})


def workload(name: str, args: DashboardArgs) -> Workload:
    """It reaches neither database nor NATS (audit N1): it is on the frontend alone."""
    return Workload(
        name=name,
        image=args.image,
        uid=UID,
        networks=(Attachment(network=FRONTEND),),
        tmpfs={"/tmp": 16},
        limits=args.limits,
        health=Health(
            command=("wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{PORT}/healthz"),
            interval=10,
            timeout=3,
            retries=3,
            start_period=5,
        ),
        # nginx finishes the answers it is giving, then ends.
        stop_signal="SIGQUIT",
        stop_grace=10,
        replicas=args.replicas,
    )
