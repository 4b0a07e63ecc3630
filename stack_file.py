"""The shape of a stack file: the object `task-tracker:stack` in `Pulumi.<stack>.yaml`.

The JSON Schema that editors check stack files by is made from these models.
"""

import re
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from components.application import Pool
from components.args import Args
from components.backup_configuration import Repositories, Schedule
from components.edge_configuration import RateLimits
from components.workload import Address, Image, Limits, Port

RELEASE = re.compile(r"v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?|sha-[0-9a-f]{7,64}")

# Volumes with data: the first of each kind, and those that restores put beside it.
DATA_VOLUME = r"^(postgres-data|nats-data|telegram-sessions|backups)(-r[0-9-]+)?$"

# Secrets that a stack may be given by `pulumi config set --secret`, and what each is for.
GIVEN_SECRETS = {
    "encryption-key": "encrypts contacts in the database: a Fernet key",
    "tls-certificate": "the certificate chain of the edge, PEM",
    "tls-key": "the private key of the certificate, PEM",
    "telegram-bot-token": "the token of the bot",
    "backup-passphrase": "encrypts backups; without it none of them can be read, so keep a copy",
    "s3-access-key": "of the bucket for backups",
    "s3-secret-key": "of the bucket for backups",
}


def is_a_moment(text: str) -> str:
    """Refuse a time that means another one elsewhere."""
    try:
        if datetime.fromisoformat(text).tzinfo is not None:
            return text
    except ValueError:
        pass
    raise ValueError("is no time with its zone: write 2026-01-31T12:00:00Z")


Moment = Annotated[str, AfterValidator(is_a_moment)]


class Host(Args):
    """The machine the stack runs on: what it has to give, and where its Docker engine answers."""

    cpus: float = Field(gt=0, description="CPUs of the host")
    memory: int = Field(gt=0, description="MB of memory of the host")
    address: str | None = Field(
        default=None,
        pattern=r"^(unix:///|(ssh|tcp)://[^/\s])[^\s]*$",
        description="as DOCKER_HOST; the local engine where it is left out",
    )


class Images(Args):
    """Image references, each naming one version; in prod by digest as well."""

    files: Image = Field(description="carries files into volumes; nothing runs in it")
    postgres: Image
    nats: Image
    nginx: Image
    api: Image
    worker: Image
    migrations: Image
    dashboard: Image
    bot: Image | None = None


class Service(Args):
    """The size of a service."""

    limits: Limits


class PostgresSettings(Service):
    """The database server, and what a developer may reach of it."""

    max_connections: int = Field(ge=20, description="slots of the server; each takes memory")
    published: Port | None = Field(default=None, description="dev only: port on 127.0.0.1")


class ApiSettings(Service):
    """How many containers, processes and database connections the api has."""

    replicas: int = Field(ge=1, le=32, description="containers behind one name")
    processes: int = Field(ge=1, le=64, description="uvicorn processes in each container")
    pool: Pool
    published: Port | None = Field(default=None, description="dev only: port on 127.0.0.1")


class WorkerSettings(Service):
    """How many workers there are, and their database connections."""

    replicas: int = Field(ge=1, le=32)
    pool: Pool


class DashboardSettings(Service):
    """How many containers serve the page."""

    replicas: int = Field(default=1, ge=1, le=8)


class EdgeSettings(Service):
    """What the outside sees: names, ports, TLS, limits."""

    server_name: str = Field(
        pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$",
        description="the name browsers use",
    )
    address: Address = Field(default="0.0.0.0", description="address of the host to publish on")
    http_port: Port
    https_port: Port | None = Field(default=None, description="TLS where given")
    certificate_file: str | None = Field(default=None, description="PEM, instead of the secret")
    key_file: str | None = Field(default=None, description="PEM, instead of the secret")
    body_limit_mb: int = Field(default=10, ge=1, description="10: the largest Telegram media")
    rate_limits: RateLimits = RateLimits()
    cors_origins: tuple[str, ...] = ()


class BotSettings(Service):
    """Where Telegram answers."""

    base_url: str = Field(default="https://api.telegram.org", pattern=r"^https?://[^/\s]\S*$")


class Proven(Args):
    """What a preview is to know of the backups where `ops` has not met the host (ISO 8601)."""

    deployed: Moment | None = None
    newest_backup: Moment | None = None
    proven_restore: Moment | None = None


class BackupsSettings(Repositories):
    """Where backups go, and when they are made."""

    schedule: Schedule = Schedule()
    proven: Proven | None = Field(default=None, description="else backups/<stack>.json says it")


class StackSettings(Args):
    """One stack. The same shape in every environment; only values differ (audit C1)."""

    engine: Literal["docker"] = "docker"
    prefix: str = Field(
        pattern=r"^[a-z][a-z0-9-]*$",
        description="begins names of data volumes; no two stacks of one host share it",
    )
    release: str | None = Field(
        default=None, description="vX.Y.Z or sha-<commit>; dev takes what was built here"
    )
    images: Images | None = Field(
        default=None, description="left out in dev: what `make images` built on this machine"
    )
    host: Host
    postgres: PostgresSettings
    nats: Service
    api: ApiSettings
    worker: WorkerSettings
    dashboard: DashboardSettings
    edge: EdgeSettings
    bot: BotSettings | None = Field(default=None, description="the Telegram bot; off if left out")
    backups: BackupsSettings | None = Field(default=None, description="off if left out: dev only")
    restored: tuple[Annotated[str, Field(pattern=r"^r[0-9-]+$")], ...] = Field(
        default=(), description="written by `make restore`: data volumes, of which the last is used"
    )
    gaps: tuple[str, ...] = Field(
        default=(),
        description="prod: services that owning a volume or a port lets a deploy take down shortly",
    )
    losses: tuple[Annotated[str, Field(pattern=DATA_VOLUME)], ...] = Field(
        default=(), description="prod: volumes whose data a deploy may give up; gaps allow none"
    )
    rotations: dict[str, Annotated[int, Field(ge=0)]] = Field(
        default_factory=dict, description="generated secret: how often it was started anew"
    )

    @field_validator("release")
    @classmethod
    def is_one_release(cls, release: str | None) -> str | None:
        if release is not None and not RELEASE.fullmatch(release):
            raise ValueError("is no release: write vX.Y.Z or sha-<commit> (audit I1)")
        return release
