"""What a service is: one typed description that every engine runs."""

import re
from collections import Counter
from collections.abc import Iterable
from ipaddress import ip_address
from itertools import permutations
from pathlib import PurePosixPath
from typing import Annotated, Self

import pulumi
from pydantic import AfterValidator, Field, field_validator, model_validator

from components.args import Args
from mistakes import nearest

Text = str | pulumi.Output[str]

Port = Annotated[int, Field(ge=1, le=65535)]

# Commands that succeed whatever the state of the service: a probe made of them is always green
# (audit H1, H2). Rules over whole plans look deeper; this stops a component's own mistake.
HOLLOW_PROBES = frozenset({"true", "echo", "exit", "pgrep", "ps", ":"})

# Where secrets are files, each readable by the workload's own uid alone.
SECRETS = "/run/secrets"

# What a process can be asked to stop by: SIGKILL asks nobody.
STOP_SIGNALS = frozenset(
    {"SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH"}
)

# The grammar of the engine (distribution's reference), without the digest.
_HOST = (
    r"(localhost|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+|[A-Za-z0-9-]+(?=:)|\[[0-9a-fA-F:]+\])(:[0-9]+)?"
)
_PART = r"[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*"
REFERENCE = re.compile(rf"({_HOST}/)?{_PART}(/{_PART})*(:[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?")


def names_one_version(image: str) -> str:
    """Refuse an image reference that means another image tomorrow (audit I1), or none at all."""
    reference, at, digest = image.partition("@")
    if not REFERENCE.fullmatch(reference):
        raise ValueError("is no reference: write [registry/]name:v1.2.3, in small letters")
    _, colon, tag = reference.rpartition("/")[2].partition(":")
    if not colon or tag == "latest":
        raise ValueError("moves: name a version, as in name:v1.2.3")
    if at and not re.fullmatch(r"sha256:[0-9a-f]{64}", digest):
        raise ValueError("has no whole digest: write name:v1.2.3@sha256:<64 hex digits>")
    return image


Image = Annotated[str, AfterValidator(names_one_version)]


def is_a_path(path: str) -> str:
    """Refuse what is no place in a container, or the same place as one written otherwise."""
    if not path.startswith("/"):
        raise ValueError(f"{path!r} is relative: write it from the root on, as in /data")
    if path != "/" + "/".join(part for part in path.split("/") if part not in ("", ".", "..")):
        raise ValueError(f"{path!r} can be written shorter: leave out '.', '..' and needless '/'")
    if path in ("/", "/dev") or path.split("/")[1] in ("proc", "sys"):
        raise ValueError(f"{path!r} is the engine's own: take another, as in /data")
    return path


ContainerPath = Annotated[str, AfterValidator(is_a_path)]

FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$")]


def is_an_address(address: str) -> str:
    """Refuse a name: the engine publishes on addresses of the host."""
    try:
        return str(ip_address(address))
    except ValueError:
        raise ValueError("is not an IP address of the host: write one, or 0.0.0.0") from None


Address = Annotated[str, AfterValidator(is_an_address)]


class Limits(Args):
    """What a container may use and what it is promised: CPUs, and memory in MB (audit R1)."""

    cpus: float = Field(ge=0.01, description="Docker refuses less than 0.01")
    memory: int = Field(ge=6, description="MB; Docker refuses less than 6")
    cpus_reserved: float = Field(ge=0.01)
    memory_reserved: int = Field(ge=6)

    @model_validator(mode="after")
    def promises_no_more_than_it_allows(self) -> Self:
        if self.cpus_reserved > self.cpus or self.memory_reserved > self.memory:
            raise ValueError("reserves more than its limit: lower the reservation, raise the limit")
        return self


class Health(Args):
    """The probe of a long-running service (audit H1-H6). Times in seconds."""

    command: tuple[str, ...] = Field(min_length=1, description="argv, run without a shell")
    interval: int = Field(ge=1)
    timeout: int = Field(ge=1)
    retries: int = Field(ge=1)
    start_period: int = Field(ge=0)

    @field_validator("command")
    @classmethod
    def asks_the_service(cls, command: tuple[str, ...]) -> tuple[str, ...]:
        program = PurePosixPath(command[0]).name
        if program in HOLLOW_PROBES or "--version" in command:
            raise ValueError(
                f"{program!r} succeeds while the service is down: probe the service itself"
            )
        return command

    @property
    def red_within(self) -> int:
        """Seconds after which a service that stopped answering is known to be unhealthy."""
        return self.retries * (self.interval + self.timeout)

    @property
    def green_within(self) -> int:
        """Seconds a start may take: as long as the engine itself would still call it starting."""
        return self.start_period + self.red_within


class Published(Args):
    """A port of the container that answers on the host."""

    internal: Port
    external: Port
    address: Address = "127.0.0.1"


class Attachment(Args):
    """A network of the workload; services answer there by their names, never where they hide."""

    network: str
    answers: bool = True


class SecretFile(Args):
    """A secret as the file `/run/secrets/<name>`, readable by the workload's own uid alone."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    value: pulumi.Output[str]
    version: pulumi.Output[str]


class Directory(Args):
    """Configuration files mounted read-only at a path; another content is another volume."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    path: ContainerPath
    files: dict[FileName, str]


class Mount(Args):
    """A named volume at a path; it outlives the container."""

    volume: Text
    path: ContainerPath
    read_only: bool = False
    shared: bool = Field(default=False, description="who writes to it locks out the others")


class Workload(Args):
    """One service or one-shot job: what to run, where it may talk, what it may use.

    Raises `pydantic.ValidationError` naming the field, its fault and the fix.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    image: Image
    command: tuple[str, ...] = ()
    uid: int = Field(gt=0, description="root (0) is refused (audit R5)")
    environment: dict[str, str] = Field(default_factory=dict)
    networks: tuple[Attachment, ...] = Field(description="none of them: it reaches nobody")
    ports: tuple[Published, ...] = ()
    secrets: tuple[SecretFile, ...] = ()
    directories: tuple[Directory, ...] = ()
    mounts: tuple[Mount, ...] = ()
    tmpfs: dict[ContainerPath, Annotated[int, Field(ge=1)]] = Field(
        default_factory=dict, description="path: size in MB"
    )
    shared_memory: int = Field(default=64, ge=1, description="/dev/shm in MB; 64 is Docker's own")
    limits: Limits
    health: Health | None
    stop_signal: str = "SIGTERM"
    stop_grace: int = Field(default=10, ge=1, description="seconds; 10 is Docker's own")
    replicas: int = Field(default=1, ge=1)
    exclusive: bool = Field(
        default=False, description="never two at once: it owns a volume or a port of the host"
    )

    @field_validator("environment")
    @classmethod
    def carries_no_secret(cls, environment: dict[str, str]) -> dict[str, str]:
        for key in environment:
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key):
                raise ValueError(f"{key!r} is no name of a variable: write letters, digits and _")
            if re.search(r"(PASSWORD|TOKEN|SECRET|_KEY)$", key):
                raise ValueError(f"{key} looks like a secret: give it as a file, {key}_FILE")
        return environment

    @field_validator("stop_signal")
    @classmethod
    def asks_to_stop(cls, signal: str) -> str:
        if signal not in STOP_SIGNALS:
            fix = nearest(signal, STOP_SIGNALS)
            raise ValueError(f"{signal!r} is no signal that asks a process to stop: {fix}")
        return signal

    @model_validator(mode="after")
    def names_nothing_twice(self) -> Self:
        for field, names in (
            ("networks", [attachment.network for attachment in self.networks]),
            ("ports", [f"{port.address}:{port.external}" for port in self.ports]),
            ("secrets", [secret.name for secret in self.secrets]),
            # Secrets are one more volume beside those of the directories.
            ("directories", [d.name for d in self.directories] + ["secrets"] * bool(self.secrets)),
        ):
            for name in _twice(names):
                raise ValueError(f"{field}: {name} is given twice: keep one, or rename it")
        return self

    @model_validator(mode="after")
    def hides_nothing(self) -> Self:
        places = [("mounts", mount.path, mount.read_only) for mount in self.mounts]
        places += [("directories", directory.path, True) for directory in self.directories]
        places += [("secrets", SECRETS, True)] if self.secrets else []
        places += [("tmpfs", path, False) for path in self.tmpfs]
        for (field, path, _), (other, above, closed) in permutations(places, 2):
            if path == above:
                raise ValueError(
                    f"{field}: {path} is taken by {other}: give each a path of its own"
                )
            if closed and path.startswith(f"{above}/"):
                raise ValueError(
                    f"{field}: {path} can't be made below {above}, which {other} mounts read-only: "
                    "put them side by side"
                )
        return self

    @model_validator(mode="after")
    def publishes_from_a_network(self) -> Self:
        if self.ports and not self.networks:
            raise ValueError(
                f"networks: {self.name} publishes a port: attach it to one that is open"
            )
        return self

    @model_validator(mode="after")
    def replicas_share_nothing_exclusive(self) -> Self:
        if self.exclusive and self.replicas > 1:
            raise ValueError(f"replicas: {self.name} owns a volume or a port, so there is one")
        if (
            self.ports or any(not (m.read_only or m.shared) for m in self.mounts)
        ) and not self.exclusive:
            raise ValueError(f"exclusive: {self.name} owns a port or a volume; set it to true")
        return self


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
