"""The shape of a stack, and the only reader of its configuration.

A stack file (`Pulumi.<stack>.yaml`) holds one object, `task-tracker:stack`, and one key per secret.
Everything wrong with it is told at once, before any resource is made.
"""

import json
import re
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

import pulumi
from pulumi.runtime.config import is_config_secret
from pydantic import Field, ValidationError, field_validator

import laws
from components.application import Pool
from components.args import Args
from components.backup_configuration import Repositories, Schedule
from components.edge_configuration import RateLimits
from components.workload import Image, Limits, Port
from mistakes import Mistake, StackFileError, explain

PROJECT = "task-tracker"
# The exit status by which Pulumi's language host knows that the user has been told the reason.
TOLD = 32

RELEASE = re.compile(r"v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?|sha-[0-9a-f]{7,64}")

BUILT_IMAGES = Path(__file__).parent / "images" / "built.json"

Environment = Literal["dev", "staging", "prod"]
ENVIRONMENTS: tuple[Environment, ...] = ("dev", "staging", "prod")

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


class Host(Args):
    """The machine the stack runs on: what it has to give, and where its Docker engine answers."""

    cpus: float = Field(gt=0, description="CPUs of the host")
    memory: int = Field(gt=0, description="MB of memory of the host")
    address: str | None = Field(
        default=None,
        pattern=r"^(unix|ssh|tcp)://",
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
    max_connections: int = Field(ge=20, description="slots of the server; each takes memory")
    published: Port | None = Field(default=None, description="dev only: port on 127.0.0.1")


class ApiSettings(Service):
    replicas: int = Field(ge=1, le=32, description="containers behind one name")
    processes: int = Field(ge=1, le=64, description="uvicorn processes in each container")
    pool: Pool
    published: Port | None = Field(default=None, description="dev only: port on 127.0.0.1")


class WorkerSettings(Service):
    replicas: int = Field(ge=1, le=32)
    pool: Pool


class DashboardSettings(Service):
    replicas: int = Field(default=1, ge=1, le=8)


class EdgeSettings(Service):
    server_name: str = Field(pattern=r"^[a-z0-9.-]+$", description="the name browsers use")
    address: str = Field(default="0.0.0.0", description="address of the host to publish on")
    http_port: Port
    https_port: Port | None = Field(default=None, description="TLS where given")
    certificate_file: str | None = Field(default=None, description="PEM, instead of the secret")
    key_file: str | None = Field(default=None, description="PEM, instead of the secret")
    body_limit_mb: int = Field(default=10, ge=1, description="10: the largest Telegram media")
    rate_limits: RateLimits = RateLimits()
    cors_origins: tuple[str, ...] = ()

    @field_validator("address")
    @classmethod
    def is_an_address(cls, address: str) -> str:
        try:
            return str(ip_address(address))
        except ValueError:
            raise ValueError("is not an IP address of the host: write one, or 0.0.0.0") from None


class BotSettings(Service):
    base_url: str = Field(default="https://api.telegram.org", pattern=r"^https?://")


class Proven(Args):
    """What a preview is to know of the backups where `ops` has not met the host (ISO 8601)."""

    deployed: str | None = None
    newest_backup: str | None = None
    proven_restore: str | None = None


class BackupsSettings(Repositories):
    schedule: Schedule = Schedule()
    proven: Proven | None = Field(default=None, description="else backups/<stack>.json says it")


class StackSettings(Args):
    """One stack. The same shape in every environment; only values differ (audit C1)."""

    engine: Literal["docker"] = "docker"
    prefix: str = Field(pattern=r"^[a-z][a-z0-9-]*$", description="begins names of data volumes")
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
    rotations: dict[str, Annotated[int, Field(ge=0)]] = Field(
        default_factory=dict, description="generated secret: how often it was started anew"
    )

    @field_validator("release")
    @classmethod
    def is_one_release(cls, release: str | None) -> str | None:
        if release is not None and not RELEASE.fullmatch(release):
            raise ValueError("is no release: write vX.Y.Z or sha-<commit> (audit I1)")
        return release


class Settings(Args):
    """A stack's settings, complete: what the file says, and what it leaves to be found out."""

    stack: str
    environment: Environment
    values: StackSettings
    images: Images
    release: str
    given: dict[str, pulumi.Output[str]]


def load() -> Settings:
    """The current stack's settings; ends the program with every mistake told if there are any."""
    try:
        return read()
    except StackFileError as error:
        pulumi.log.error(str(error))
        sys.exit(TOLD)


def read() -> Settings:
    """Read and check the configuration of the current stack.

    Raises `StackFileError`, which names every mistake with its key and its fix and no value.
    """
    stack = pulumi.get_stack()
    environment = environment_of(stack)
    config = pulumi.Config(PROJECT)
    mistakes = laws.unknown_keys(_own_keys(), ["stack", *GIVEN_SECRETS]) + _in_clear()
    try:
        values = parse(_stack_text(config))
    except StackFileError as error:
        raise StackFileError(stack, [*mistakes, *error.mistakes]) from None
    secrets = _secrets(config, values)
    images, release = _images(stack, environment, values)
    mistakes += laws.broken(environment, values, images, release, secrets)
    if mistakes:
        raise StackFileError(stack, mistakes)
    given = {name: pulumi.Output.secret(text) for name, text in secrets.items()}
    return Settings(
        stack=stack, environment=environment, values=values, images=images, release=release,
        given=given,
    )  # fmt: skip


def parse(text: str) -> StackSettings:
    """The stack object (JSON), checked by its shape: a number in quotes is text, as in the schema.

    Raises `StackFileError`.
    """
    try:
        return StackSettings.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise StackFileError(pulumi.get_stack(), explain(error, StackSettings)) from None


def environment_of(stack: str) -> Environment:
    """The environment of a stack: its name, up to the first hyphen (`prod-eu` is prod)."""
    for environment in ENVIRONMENTS:
        if stack.partition("-")[0] == environment:
            return environment
    raise StackFileError(
        stack, [Mistake("the stack's name", "is of no environment", "name it dev, staging or prod, "
                        "or begin with one of them and a hyphen: prod-eu")]
    )  # fmt: skip


def _own_keys() -> list[str]:
    prefix = f"{PROJECT}:"
    known = pulumi.runtime.config.CONFIG.get()
    return [key.removeprefix(prefix) for key in known if key.startswith(prefix)]


def _in_clear() -> list[Mistake]:
    """Given secrets that the stack file holds as plain text."""
    return [
        Mistake(name, "is given in clear", f"pulumi config set --secret {PROJECT}:{name}")
        for name in _own_keys()
        if name in GIVEN_SECRETS and not is_config_secret(f"{PROJECT}:{name}")
    ]


def _stack_text(config: pulumi.Config) -> str:
    """The stack object as Pulumi hands it over: JSON."""
    try:
        return config.require("stack")
    except pulumi.ConfigMissingError:
        raise StackFileError(
            pulumi.get_stack(),
            [Mistake("stack", "is missing", f"add {PROJECT}:stack; Pulumi.dev.yaml shows one")],
        ) from None


def _secrets(config: pulumi.Config, values: StackSettings) -> dict[str, str]:
    """The given secrets in clear: laws look at them, nothing else may."""
    secrets = {name: text for name in GIVEN_SECRETS if (text := config.get(name)) is not None}
    files = {"tls-certificate": values.edge.certificate_file, "tls-key": values.edge.key_file}
    for name, path in files.items():
        if path is not None and name not in secrets and Path(path).is_file():
            secrets[name] = Path(path).read_text()
    return secrets


def _images(stack: str, environment: Environment, values: StackSettings) -> tuple[Images, str]:
    """Images and release: from the stack file, or in dev what was built on this machine."""
    if values.images is not None and values.release is not None:
        return values.images, values.release
    if (values.images is None) != (values.release is None):
        raise StackFileError(
            stack,
            [Mistake("release, images", "only one of the two is there", "give both, or none")],
        )
    if environment != "dev":
        raise StackFileError(
            stack,
            [Mistake("release, images", "are missing", "staging and prod name what they run")],
        )
    if not BUILT_IMAGES.exists():
        raise StackFileError(
            stack, [Mistake("images", "none are named and none were built", "run `make images`, or "
                            "name release and images in the stack file")]
        )  # fmt: skip
    built = json.loads(BUILT_IMAGES.read_text())
    return Images.model_validate(built["images"]), str(built["release"])
