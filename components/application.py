"""What api, worker and migrations have in common: how they reach the database and NATS."""

from collections.abc import Mapping, Sequence

import pulumi
from pydantic import Field

from components.args import Args
from components.engine import Engine
from components.nats import CLIENT_PORT
from components.postgres import DATABASE
from components.secrets import Login, Secret
from components.workload import Limits, SecretFile

# A probe that starts in milliseconds, part of every image of the application.
PROBE = "/usr/local/bin/probe"

# Recycled before any firewall or server between would drop it silently (audit C5).
POOL_RECYCLE = 3600


class Pool(Args):
    """Database connections of one process: kept open, and opened on top under load (audit C5)."""

    size: int = Field(ge=1)
    overflow: int = Field(ge=0)


class ApplicationArgs(Args):
    """One part of the application: its image and size, and its own credentials."""

    engine: Engine
    image: str
    release: str
    limits: Limits
    after: Sequence[pulumi.Resource] = ()
    database: Login
    nats: Login
    pool: Pool
    log_level: str = "INFO"


def connections(args: ApplicationArgs) -> dict[str, str]:
    """The environment that tells a part where its database and its NATS are, and who it is."""
    return {
        "DATABASE_HOST": "postgres",
        "DATABASE_PORT": "5432",
        "DATABASE_NAME": DATABASE,
        "DATABASE_USER": args.database.user,
        "DATABASE_PASSWORD_FILE": "/run/secrets/database-password",
        "DATABASE_POOL_SIZE": str(args.pool.size),
        "DATABASE_MAX_OVERFLOW": str(args.pool.overflow),
        "DATABASE_POOL_RECYCLE": str(POOL_RECYCLE),
        "NATS_URL": f"nats://nats:{CLIENT_PORT}",
        "NATS_USER": args.nats.user,
        "NATS_PASSWORD_FILE": "/run/secrets/nats-password",
        "LOG_LEVEL": args.log_level,
        "SLOW_QUERY_MS": "500",
        "RELEASE": args.release,
    }


def credentials(args: ApplicationArgs, more: Mapping[str, Secret]) -> tuple[SecretFile, ...]:
    """The secret files of a part: its two passwords and what it alone needs."""
    named = {"database-password": args.database.password, "nats-password": args.nats.password}
    return tuple(secret.file(name) for name, secret in {**named, **more}.items())
