"""What each process is told: typed shapes, read by tasktracker.environment."""

import re
from pathlib import Path
from typing import Annotated, Literal

from cryptography.fernet import Fernet
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    StringConstraints,
)

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Port = Annotated[int, Field(ge=1, le=65535)]

# What a browser sends as Origin, so what is not like it would never match.
ORIGIN = re.compile(r"https?://([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:]+\])(:[0-9]{1,5})?")


def fernet_keys(secret: SecretStr) -> tuple[Fernet, ...]:
    """The keys in a secret, one a line: the first encrypts, all decrypt (that is a rotation)."""
    return tuple(Fernet(line.strip()) for line in secret.get_secret_value().splitlines() if line)


def _is_fernet(secret: SecretStr) -> SecretStr:
    try:
        fernet_keys(secret)
    except ValueError:
        raise ValueError("not a Fernet key (32 bytes, url-safe base64), one key a line") from None
    return secret


def _is_long(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < 16:
        raise ValueError("shorter than 16 characters")
    return secret


def _split(value: object) -> object:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _is_origin(origin: str) -> str:
    if not ORIGIN.fullmatch(origin):
        raise ValueError("every origin is scheme://host[:port], without * or a closing slash")
    return origin


class Settings(BaseModel):
    """What every process reads; `description` is the fix an error message names."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="set it to DEBUG, INFO, WARNING or ERROR"
    )
    release: Text = Field("unknown", description="set it to the release, such as sha-1a2b3c4")


class Database(Settings):
    """Where Postgres is and how many connections one process may hold."""

    database_host: Text = Field(description="set it to the host name of Postgres")
    database_port: Port = Field(5432, description="set it to the port of Postgres")
    database_name: Text = Field("tasktracker", description="set it to the database's name")
    database_user: Text = Field(description="set it to the role of this service")
    database_password: SecretStr = Field(description="name a file that holds the role's password")
    database_pool_size: int = Field(20, ge=1, le=500, description="set it to 1 to 500")
    database_max_overflow: int = Field(10, ge=0, le=500, description="set it to 0 to 500")
    database_pool_recycle: int = Field(3600, ge=1, description="set it to seconds, 1 or more")
    slow_query_ms: int = Field(500, ge=1, description="set it to milliseconds, 1 or more")


class Nats(Settings):
    """Where NATS is and who this process is there."""

    nats_url: Annotated[str, StringConstraints(pattern=r"^nats://[^@/]+$")] = Field(
        "nats://nats:4222", description="write nats://host:port, without a user or password"
    )
    nats_user: Text = Field(description="set it to the NATS user of this service")
    nats_password: SecretStr = Field(description="name a file that holds the user's password")


class Api(Database, Nats):
    """The api's settings."""

    port: Port = Field(8000, description="set it to a free port")
    web_concurrency: int = Field(1, ge=1, le=64, description="set it to 1 to 64 processes")
    encryption_key: Annotated[SecretStr, AfterValidator(_is_fernet)] = Field(
        description="name a file with the output of Fernet.generate_key()"
    )
    admin_token: Annotated[SecretStr, AfterValidator(_is_long)] = Field(
        description="name a file with a random token of 16 characters or more"
    )
    statistics_user: Text = Field("statistics", description="set it to the Basic auth user")
    statistics_password: Annotated[SecretStr, AfterValidator(_is_long)] = Field(
        description="name a file with a random password of 16 characters or more"
    )
    cors_origins: Annotated[
        tuple[Annotated[str, AfterValidator(_is_origin)], ...], BeforeValidator(_split)
    ] = Field((), description="list origins by commas, such as https://tasks.example.org")


class Worker(Database, Nats):
    """The worker's settings."""

    port: Port = Field(8080, description="set it to a free port")
    worker_concurrency: int = Field(10, ge=1, le=100, description="set it to 1 to 100 tasks")


class Migrations(Database, Nats):
    """The settings of the migrations job."""


class Bot(Settings):
    """The bot's settings."""

    port: Port = Field(8080, description="set it to a free port")
    telegram_bot_token: SecretStr = Field(description="name a file with the token of @BotFather")
    telegram_base_url: HttpUrl = Field(
        HttpUrl("https://api.telegram.org"), description="write http(s)://host[:port]"
    )
    api_url: HttpUrl = Field(HttpUrl("http://api:8000"), description="write http://host:port")
    sessions_dir: Path = Field(Path("/sessions"), description="name a directory that is kept")
