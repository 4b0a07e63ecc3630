"""The laws of a stack: what no single value breaks but values together do, all told at once."""

import base64
import binascii
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from components import backups
from components.secrets import ROTATABLE
from mistakes import Mistake, unknown

if TYPE_CHECKING:
    from settings import Images, StackSettings

# Characters of the passphrase of backups; base64 of 16 bytes has 24.
PASSPHRASE = 24

# Kept free for the superuser (3, PostgreSQL's default), jobs, backup and monitoring.
RESERVED_CONNECTIONS = 15

# Services that own a volume or a port of the host: there is one, so a replacement is a gap.
EXCLUSIVE = ("postgres", "nats", "nginx", "bot")

# How their files begin. Keys have more than one form: PRIVATE KEY, EC PRIVATE KEY, ...
PEM = {
    "tls-certificate": r"-----BEGIN CERTIFICATE-----",
    "tls-key": r"-----BEGIN ([A-Z]+ )?PRIVATE KEY-----",
}


@dataclass(frozen=True)
class Case:
    """Everything a law may look at; `secrets` are in clear and must not reach a message."""

    environment: str
    values: "StackSettings"
    images: "Images"
    release: str
    secrets: Mapping[str, str]

    @property
    def strict(self) -> bool:
        return self.environment != "dev"


def broken(
    environment: str,
    values: "StackSettings",
    images: "Images",
    release: str,
    secrets: Mapping[str, str],
) -> list[Mistake]:
    """Every law that the stack breaks."""
    case = Case(environment, values, images, release, secrets)
    return [mistake for law in LAWS for mistake in law(case)]


def unknown_keys(keys: Iterable[str], known: Iterable[str]) -> list[Mistake]:
    """Configuration keys of this project that nothing reads."""
    known = list(known)
    return [unknown(key, key, known) for key in keys if key not in known]


def only_dev_publishes(case: Case) -> Iterator[Mistake]:
    """Behind the edge nothing is published but in dev, and there on 127.0.0.1 (audit N3, N4)."""
    for service in ("postgres", "api"):
        if case.strict and getattr(case.values, service).published is not None:
            yield Mistake(
                f"{service}.published", "only dev publishes a service behind the edge",
                "remove it, and reach the service with `docker exec`",
            )  # fmt: skip


def ports_differ(case: Case) -> Iterator[Mistake]:
    """A port of the host serves one thing."""
    v = case.values
    ports = {
        "edge.http_port": v.edge.http_port,
        "edge.https_port": v.edge.https_port,
        "postgres.published": v.postgres.published,
        "api.published": v.api.published,
    }
    counts = Counter(port for port in ports.values() if port is not None)
    for key, port in ports.items():
        if port is not None and counts[port] > 1:
            yield Mistake(key, f"port {port} is given twice", "give each its own")


def fits_its_host(case: Case) -> Iterator[Mistake]:
    """The sum of all limits is there (audit R1)."""
    v = case.values
    parts = [
        (v.postgres.limits, 1),
        (v.nats.limits, 1),
        (v.api.limits, v.api.replicas),
        (v.worker.limits, v.worker.replicas),
        (v.dashboard.limits, v.dashboard.replicas),
        (v.edge.limits, 1),
        *([(v.bot.limits, 1)] if v.bot else []),
        *([(backups.LIMITS, 2)] if v.backups else []),
    ]
    cpus = round(sum(limits.cpus * count for limits, count in parts), 3)
    memory = sum(limits.memory * count for limits, count in parts)
    fix = "lower limits or replicas, or take a larger host"
    if cpus > v.host.cpus:
        yield Mistake("host.cpus", f"limits add up to {cpus:g}, it has {v.host.cpus:g}", fix)
    if memory > v.host.memory:
        yield Mistake("host.memory", f"limits add up to {memory} MB, it has {v.host.memory}", fix)


def pools_fit_the_database(case: Case) -> Iterator[Mistake]:
    """Every connection that pools may open finds a slot, old and new release together (C5)."""
    v = case.values
    api = v.api.replicas * v.api.processes * (v.api.pool.size + v.api.pool.overflow)
    worker = v.worker.replicas * (v.worker.pool.size + v.worker.pool.overflow)
    needed = 2 * (api + worker) + RESERVED_CONNECTIONS
    if needed > v.postgres.max_connections:
        yield Mistake(
            "postgres.max_connections",
            f"pools may open {api + worker} connections, twice that while a release is replaced, "
            f"and {RESERVED_CONNECTIONS} are reserved",
            f"set it to {needed} or more, or lower api.pool, api.processes or replicas",
        )


def has_tls(case: Case) -> Iterator[Mistake]:
    """Staging and prod answer by TLS, with a certificate that is there (audit E5)."""
    edge = case.values.edge
    if case.strict and edge.https_port is None:
        yield Mistake("edge.https_port", "is missing", "staging and prod have TLS: give the port")
    if edge.https_port is None:
        return
    for name, path in (("tls-certificate", edge.certificate_file), ("tls-key", edge.key_file)):
        text, key = case.secrets.get(name), f"edge.{name.removeprefix('tls-')}_file"
        if text is None and path is not None:
            yield Mistake(key, "there is no such file here", "mend the path")
        elif text is None:
            yield Mistake(
                name, "is missing",
                f"pulumi config set --secret task-tracker:{name} < FILE, or name a {key}",
            )  # fmt: skip
        elif not re.search(PEM[name], text):
            kind = name.removeprefix("tls-").replace("key", "private key")
            fix = f"give the file that begins with -----BEGIN {kind.upper()}-----"
            yield Mistake(name, f"is not a PEM {kind}", fix)


def encryption_key_is_strong(case: Case) -> Iterator[Mistake]:
    """Fernet keys: 32 bytes in URL-safe base64, the newest first (audit S3).

    Dev may leave it out: the stack makes one.
    """
    keys = case.secrets.get("encryption-key")
    make = (
        "make one: python -c 'import base64, os; "
        "print(base64.urlsafe_b64encode(os.urandom(32)).decode())' | "
        "pulumi config set --secret task-tracker:encryption-key"
    )
    if not keys:
        if case.strict:
            yield Mistake("encryption-key", "is missing", make)
        return
    for key in keys.splitlines():
        try:
            length = len(base64.b64decode(key.encode(), altchars=b"-_", validate=True))
        except (binascii.Error, ValueError):
            yield Mistake("encryption-key", "is not URL-safe base64", make)
            return
        if length != 32:
            yield Mistake("encryption-key", f"has {length} bytes, Fernet needs 32", make)


def bot_has_its_token(case: Case) -> Iterator[Mistake]:
    """The bot can't start without a token, nor without an image."""
    if case.values.bot is None:
        return
    if "telegram-bot-token" not in case.secrets:
        yield Mistake(
            "telegram-bot-token", "is missing while the bot is on",
            "pulumi config set --secret task-tracker:telegram-bot-token, or remove bot",
        )  # fmt: skip
    if case.images.bot is None:
        yield Mistake("images.bot", "is missing while the bot is on", "name its image")


def data_is_backed_up(case: Case) -> Iterator[Mistake]:
    """Staging and prod are backed up, and to another place than their host (audit B1, B2)."""
    given = case.values.backups
    if case.strict and given is None:
        yield Mistake("backups", "is missing", "staging and prod have backups: name a bucket")
    elif case.strict and given and given.offsite is None:
        yield Mistake("backups.offsite", "is missing", "a lost host takes a local copy with it")


def backups_have_their_keys(case: Case) -> Iterator[Mistake]:
    """What encrypts them, and what opens the bucket."""
    given = case.values.backups
    if given is None:
        return
    set_it = "pulumi config set --secret task-tracker:"
    passphrase = case.secrets.get("backup-passphrase")
    if passphrase is None or len(passphrase) < PASSPHRASE:
        fault = "is missing" if passphrase is None else "is short"
        yield Mistake(
            "backup-passphrase", fault,
            f"openssl rand -base64 32 | {set_it}backup-passphrase, and keep a copy elsewhere",
        )  # fmt: skip
    elif passphrase != passphrase.strip() or "\n" in passphrase:
        yield Mistake("backup-passphrase", "has spaces at an end or two lines", "give one line")
    if given.offsite is None:
        return
    for name in ("s3-access-key", "s3-secret-key"):
        if not case.secrets.get(name, "").strip():
            yield Mistake(name, "is missing", set_it + name)
    ca_file = given.offsite.ca_file
    if ca_file is not None and not Path(ca_file).is_file():
        yield Mistake("backups.offsite.ca_file", "there is no such file here", "mend the path")


def images_are_of_the_release(case: Case) -> Iterator[Mistake]:
    """One release, one version of every part of it; in prod by digest (audit I1)."""
    for part in ("api", "worker", "migrations", "dashboard", "bot"):
        image = getattr(case.images, part)
        if image is None:
            continue
        tag = image.partition("@")[0].rpartition("/")[2].partition(":")[2]
        if tag != case.release and case.strict:
            yield Mistake(f"images.{part}", "is not of the release", f"tag it {case.release}")
    for part, image in case.images.model_dump(exclude_none=True).items():
        if case.environment == "prod" and "@sha256:" not in image:
            yield Mistake(f"images.{part}", "has no digest", "write name:tag@sha256:<digest>")


def cors_is_a_list_of_origins(case: Case) -> Iterator[Mistake]:
    """Only dev may let everybody call (audit E8)."""
    for origin in case.values.edge.cors_origins:
        if case.strict and origin == "*":
            yield Mistake("edge.cors_origins", "lets everybody call", "list the origins")
        elif origin != "*" and not origin.startswith(("http://", "https://")):
            yield Mistake("edge.cors_origins", "holds no origin", "write https://host[:port]")


def rotations_are_of_secrets(case: Case) -> Iterator[Mistake]:
    """A rotation of a secret that is not there would rotate nothing."""
    for name in case.values.rotations:
        if name not in ROTATABLE:
            yield unknown(f"rotations.{name}", name, ROTATABLE)


def gaps_are_of_services(case: Case) -> Iterator[Mistake]:
    """Only these are ever stopped before their successor runs."""
    for name in case.values.gaps:
        if name not in EXCLUSIVE:
            yield unknown("gaps", name, EXCLUSIVE)


LAWS: tuple[Callable[[Case], Iterator[Mistake]], ...] = (
    only_dev_publishes,
    ports_differ,
    fits_its_host,
    pools_fit_the_database,
    has_tls,
    encryption_key_is_strong,
    bot_has_its_token,
    backups_have_their_keys,
    images_are_of_the_release,
    cors_is_a_list_of_origins,
    rotations_are_of_secrets,
    gaps_are_of_services,
)
