"""The shape of a stack, and the only reader of its configuration.

A stack file (`Pulumi.<stack>.yaml`) holds one object, `task-tracker:stack`, and one key per secret.
Everything wrong with it is told at once, before any resource is made.
"""

import json
import sys
from pathlib import Path
from typing import Literal

import pulumi
from pydantic import Field, ValidationError

import laws
from components.application import Pool
from components.args import Args
from components.edge_configuration import RateLimits
from components.workload import Limits
from mistakes import Mistake, StackFileError, explain

PROJECT = "task-tracker"
# The exit status by which Pulumi's language host knows that the user has been told the reason.
TOLD = 32

BUILT_IMAGES = Path(__file__).parent / "images" / "built.json"

Environment = Literal["dev", "staging", "prod"]
ENVIRONMENTS: tuple[Environment, ...] = ("dev", "staging", "prod")

# Secrets that a stack may be given by `pulumi config set --secret`, and what each is for.
GIVEN_SECRETS = {
    "encryption-key": "encrypts contacts in the database: a Fernet key",
    "tls-certificate": "the certificate chain of the edge, PEM",
    "tls-key": "the private key of the certificate, PEM",
    "telegram-bot-token": "the token of the bot",
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

    files: str = Field(description="carries files into volumes; nothing runs in it")
    postgres: str
    nats: str
    nginx: str
    api: str
    worker: str
    migrations: str
    dashboard: str
    bot: str | None = None


class Service(Args):
    """The size of a service."""

    limits: Limits


class PostgresSettings(Service):
    max_connections: int = Field(ge=20, description="slots of the server; each takes memory")
    published: int | None = Field(default=None, description="dev only: port on 127.0.0.1")


class ApiSettings(Service):
    replicas: int = Field(ge=1, le=32, description="containers behind one name")
    processes: int = Field(ge=1, le=64, description="uvicorn processes in each container")
    pool: Pool
    published: int | None = Field(default=None, description="dev only: port on 127.0.0.1")


class WorkerSettings(Service):
    replicas: int = Field(ge=1, le=32)
    pool: Pool


class DashboardSettings(Service):
    replicas: int = Field(default=1, ge=1, le=8)


class EdgeSettings(Service):
    server_name: str = Field(pattern=r"^[a-z0-9.-]+$", description="the name browsers use")
    address: str = Field(default="0.0.0.0", description="address of the host to publish on")
    http_port: int = Field(ge=1, le=65535)
    https_port: int | None = Field(default=None, ge=1, le=65535, description="TLS where given")
    certificate_file: str | None = Field(default=None, description="PEM, instead of the secret")
    key_file: str | None = Field(default=None, description="PEM, instead of the secret")
    body_limit_mb: int = Field(default=10, ge=1, description="10: the largest Telegram media")
    rate_limits: RateLimits = RateLimits()
    cors_origins: tuple[str, ...] = ()


class BotSettings(Service):
    base_url: str = Field(default="https://api.telegram.org", pattern=r"^https?://")


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
    gaps: tuple[str, ...] = Field(
        default=(),
        description="prod: services that owning a volume or a port lets a deploy take down shortly",
    )
    rotations: dict[str, int] = Field(
        default_factory=dict, description="generated secret: how often it was started anew"
    )


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
    mistakes = laws.unknown_keys(_own_keys(), ["stack", *GIVEN_SECRETS])
    try:
        values = StackSettings.model_validate(_stack_object(config))
    except ValidationError as error:
        raise StackFileError(stack, [*mistakes, *explain(error, StackSettings)]) from None
    secrets = _secrets(config, values)
    images, release = _images(stack, values)
    mistakes += laws.broken(environment, values, images, release, secrets)
    if mistakes:
        raise StackFileError(stack, mistakes)
    given = {name: pulumi.Output.secret(text) for name, text in secrets.items()}
    return Settings(
        stack=stack, environment=environment, values=values, images=images, release=release,
        given=given,
    )  # fmt: skip


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


def _stack_object(config: pulumi.Config) -> object:
    try:
        return config.require_object("stack")
    except pulumi.ConfigTypeError:
        raise StackFileError(
            pulumi.get_stack(), [Mistake("stack", "is not an object", "write it as YAML keys")]
        ) from None
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


def _images(stack: str, values: StackSettings) -> tuple[Images, str]:
    """Images and release: from the stack file, or what was built on this machine."""
    if values.images is not None and values.release is not None:
        return values.images, values.release
    if (values.images is None) != (values.release is None):
        raise StackFileError(
            stack,
            [Mistake("release, images", "only one of the two is there", "give both, or none")],
        )
    if not BUILT_IMAGES.exists():
        raise StackFileError(
            stack, [Mistake("images", "none are named and none were built", "run `make images`, or "
                            "name release and images in the stack file")]
        )  # fmt: skip
    built = json.loads(BUILT_IMAGES.read_text())
    return Images.model_validate(built["images"]), str(built["release"])
