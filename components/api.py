"""The HTTP API: several containers behind one name, each with several processes."""

import pulumi
from pydantic import Field

from components.application import PROBE, ApplicationArgs, connections, credentials
from components.engine import Running
from components.networks import ACCESS, BACKEND, FRONTEND
from components.secrets import Secret
from components.workload import Attachment, Health, Published, Workload

UID = 10001
PORT = 8000

# Requests in flight end within the edge's own read timeout for the API (30 s).
STOP_GRACE = 30


class ApiArgs(ApplicationArgs):
    """The API: how many containers, how many processes in each (audit C3), who may call it."""

    replicas: int = Field(ge=1)
    processes: int = Field(ge=1)
    cors_origins: tuple[str, ...]
    encryption_key: Secret
    admin_token: Secret
    statistics_password: Secret
    networks: tuple[str, ...] = ()
    published: int | None = Field(default=None, description="port on 127.0.0.1 of the host")


class Api(pulumi.ComponentResource):
    """Makes the containers; `server.addresses` are what the edge sends requests to."""

    def __init__(
        self, name: str, args: ApiArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tasktracker:api:Api", name, None, opts)
        self.server: Running = args.engine.service(
            workload(name, args), parent=self, after=args.after
        )
        self.register_outputs({"addresses": list(self.server.addresses)})


def workload(name: str, args: ApiArgs) -> Workload:
    """One description of all its containers."""
    networks = [Attachment(network=n) for n in (FRONTEND, BACKEND, *args.networks)]
    ports = []
    if args.published:
        networks.append(Attachment(network=ACCESS, answers=False))
        ports.append(Published(internal=PORT, external=args.published))
    return Workload(
        name=name,
        image=args.image,
        uid=UID,
        environment={
            **connections(args),
            "WEB_CONCURRENCY": str(args.processes),
            "CORS_ORIGINS": ",".join(args.cors_origins),
            "ENCRYPTION_KEY_FILE": "/run/secrets/encryption-key",
            "ADMIN_TOKEN_FILE": "/run/secrets/admin-token",
            "STATISTICS_USER": "statistics",
            "STATISTICS_PASSWORD_FILE": "/run/secrets/statistics-password",
        },
        networks=tuple(networks),
        ports=tuple(ports),
        secrets=credentials(
            args,
            {
                "encryption-key": args.encryption_key,
                "admin-token": args.admin_token,
                "statistics-password": args.statistics_password,
            },
        ),
        tmpfs={"/tmp": 64},
        limits=args.limits,
        health=Health(
            command=(PROBE, f"http://127.0.0.1:{PORT}/api/health"),
            interval=5,
            timeout=3,
            retries=3,
            start_period=15,
        ),
        stop_grace=STOP_GRACE,
        replicas=args.replicas,
        exclusive=bool(ports),
    )
