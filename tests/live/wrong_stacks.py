"""Wrong stack files: what is changed in a good one, and what its refusal must say."""

import base64
import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.unit.certificates import pair

Values = dict[str, Any]

# A secret that is wrong, and must not be shown for it.
CANARY = "canary-41c6ff0b-never-printed"


@dataclass(frozen=True)
class Wrong:
    """One wrong stack file. `says` are the key, the fault and the fix that the refusal names.

    `change` spoils the stack object; `config` is put beside it, and `secrets` are set as secrets
    (a name with None is left out).
    """

    name: str
    says: tuple[str, ...]
    stack: str = "prod"
    change: Callable[[Values], Any] = lambda values: None
    config: tuple[tuple[str, Any], ...] = ()
    secrets: tuple[tuple[str, str | None], ...] = ()

    def spoil(self, values: Values) -> Values:
        spoiled = copy.deepcopy(values)
        replaced = self.change(spoiled)
        return spoiled if replaced is None else replaced


def put(path: str, value: Any) -> Callable[[Values], None]:
    """A change that sets the key at a dotted path."""

    def change(values: Values) -> None:
        *parents, last = path.split(".")
        for parent in parents:
            values = values.setdefault(parent, {})
        values[last] = value

    return change


def drop(path: str) -> Callable[[Values], None]:
    """A change that removes the key at a dotted path."""

    def change(values: Values) -> None:
        *parents, last = path.split(".")
        for parent in parents:
            values = values[parent]
        del values[last]

    return change


def all_of(*changes: Callable[[Values], None]) -> Callable[[Values], None]:
    def change(values: Values) -> None:
        for each in changes:
            each(values)

    return change


def retag(part: str, change: Callable[[str], str]) -> Callable[[Values], None]:
    """A change of one image reference."""

    def changed(values: Values) -> None:
        values["images"][part] = change(values["images"][part])

    return changed


def at_once(name: str, says: tuple[str, ...], path: str, value: Any, stack: str = "prod") -> Wrong:
    return Wrong(name, says, stack, put(path, value))


BOT = {"limits": {"cpus": 0.2, "memory": 128, "cpus_reserved": 0.1, "memory_reserved": 64}}

KEYS = [
    at_once(
        "a misspelled key", ("api.replica: is not a key", "did you mean 'replicas'?"),
        "api.replica", 2,
    ),
    at_once(
        "a misspelled part", ("postgress: is not a key", "did you mean 'postgres'?"),
        "postgress", {},
    ),
    at_once(
        "a key of another place", ("nats.replicas: is not a key", "known here: limits"),
        "nats.replicas", 3,
    ),
    at_once(
        "networks, which are not configured", ("networks: is not a key", "known here: "),
        "networks", {"backend": "10.0.0.0/8"},
    ),
    Wrong(
        "a misspelled secret", ("encription-key: is not a key", "did you mean 'encryption-key'?"),
        secrets=(("encription-key", CANARY),),
    ),
    Wrong(
        "a key of the project that nothing reads", ("image-tag: is not a key", "known here: "),
        config=(("image-tag", "v1"),),
    ),
    Wrong(
        "a required part left out", ("worker: is missing", "add it; schema/stack-file.json"),
        change=drop("worker"),
    ),
    Wrong(
        "a required value left out", ("api.pool.size: is missing", "add it"),
        change=drop("api.pool.size"),
    ),
    Wrong(
        "no stack object at all", ("stack: is missing", "Pulumi.dev.yaml shows one"),
        change=lambda _: {},
    ),
    Wrong(
        "a text in place of the stack object", ("stack: is not an object", "write it as YAML keys"),
        config=(("stack", "prod"),),
    ),
]  # fmt: skip

TYPES = [
    at_once(
        "a word for a number", ("api.replicas: ", "valid integer"),
        "api.replicas", "two",
    ),
    at_once(
        "a number written as text", ("edge.http_port: ", "valid integer"),
        "edge.http_port", "8080",
    ),
    at_once(
        "a truth value for a number", ("worker.replicas: ", "valid integer"),
        "worker.replicas", True,
    ),
    at_once(
        "a number for a release", ("release: ", "valid string"),
        "release", 1.0,
    ),
    at_once(
        "one origin where a list is due", ("edge.cors_origins: ", "valid array"),
        "edge.cors_origins", "https://tasks.example.org",
    ),
    at_once(
        "a number for limits", ("nats.limits: ", "an object"),
        "nats.limits", 512,
    ),
    at_once(
        "an engine that is none", ("engine: ", "'docker'"),
        "engine", "podman",
    ),
]  # fmt: skip

RANGES = [
    at_once(
        "a negative number", ("worker.limits.memory: ", "greater than or equal to 6"),
        "worker.limits.memory", -512,
    ),
    at_once(
        "no replica", ("api.replicas: ", "greater than or equal to 1"),
        "api.replicas", 0,
    ),
    at_once(
        "an empty pool", ("worker.pool.size: ", "greater than or equal to 1"),
        "worker.pool.size", 0,
    ),
    at_once(
        "no CPU", ("nats.limits.cpus: ", "greater than or equal to 0.01"),
        "nats.limits.cpus", 0,
    ),
    at_once(
        "a port that is none", ("edge.http_port: ", "less than or equal to 65535"),
        "edge.http_port", 80800,
    ),
    at_once(
        "a negative published port", ("api.published: ", "greater than or equal to 1"),
        "api.published", -1, stack="dev",
    ),
    at_once(
        "a reservation above its limit",
        ("worker.limits: reserves more than its limit", "lower the reservation, raise the limit"),
        "worker.limits.memory_reserved", 4096,
    ),
    at_once(
        "a rotation that counts down", ("rotations.admin-token: ", "greater than or equal to 0"),
        "rotations", {"admin-token": -1},
    ),
    at_once(
        "a name with capitals", ("prefix: ", "match pattern"),
        "prefix", "Task_Tracker",
    ),
    at_once(
        "a server name with a scheme", ("edge.server_name: ", "match pattern"),
        "edge.server_name", "https://tasks.example.org",
    ),
    at_once(
        "a name for the address to publish on", ("edge.address: ", "an IP address of the host"),
        "edge.address", "localhost",
    ),
    at_once(
        "a host without a scheme", ("host.address: ", "match pattern"),
        "host.address", "prod.example.org",
    ),
    at_once(
        "a scheme without a host", ("host.address: ", "match pattern"),
        "host.address", "ssh://",
    ),
    at_once(
        "a server name with an empty label", ("edge.server_name: ", "match pattern"),
        "edge.server_name", "tasks..example.org",
    ),
    at_once(
        "a schedule in words",
        ("backups.schedule.full: is no time of cron", "write five fields"),
        "backups.schedule", {"full": "daily"},
    ),
    at_once(
        "a schedule at an hour that is none",
        ("backups.schedule.drill: has no hour", "write numbers from 0 to 23"),
        "backups.schedule", {"drill": "0 24 * * *"},
    ),
    at_once(
        "a region of two lines", ("backups.offsite.region: ", "match pattern"),
        "backups.offsite.region", "eu\nrepo1-path=/",
    ),
    at_once(
        "a backup of an unknown time",
        ("backups.proven.newest_backup: is no time with its zone", "2026-01-31T12:00:00Z"),
        "backups.proven", {"newest_backup": "2026-01-31 12:00"},
    ),
]  # fmt: skip

HOSTS = [
    at_once(
        "more CPUs than the host has",
        ("host.cpus: limits add up to", "lower limits or replicas, or take a larger host"),
        "host.cpus", 4,
    ),
    at_once(
        "more memory than the host has",
        ("host.memory: limits add up to 19200 MB while a release is replaced", "it has 4096",
         "take a larger host"),
        "host.memory", 4096,
    ),
    at_once(
        "memory for one generation alone",
        ("host.memory: limits add up to 19200 MB while a release is replaced", "it has 16384"),
        "host.memory", 16384,
    ),
    at_once(
        "replicas that outgrow the host", ("host.cpus: limits add up to 20", "it has 16"),
        "worker.replicas", 6,
    ),
    at_once(
        "pools beyond max_connections",
        ("postgres.max_connections: pools may open 420 connections", "set it to 855 or more"),
        "postgres.max_connections", 400,
    ),
    at_once(
        "one port for both protocols",
        ("edge.http_port: port 443 is given twice", "edge.https_port", "give each its own"),
        "edge.http_port", 443,
    ),
    at_once(
        "a port of the edge for the database", ("postgres.published: port 8080 is given twice",),
        "postgres.published", 8080, stack="dev",
    ),
]  # fmt: skip

ENVIRONMENTS = [
    Wrong(
        "a stack of no environment",
        ("the stack's name: is of no environment", "name it dev, staging or prod"),
        stack="production",
    ),
    Wrong(
        "the database of another stack",
        ("prefix: is that of stack 'prod' on the same host", "give each stack its own"),
        stack="prod-eu",
    ),
    at_once(
        "a database published in prod", ("postgres.published: only dev publishes", "docker exec"),
        "postgres.published", 5432,
    ),
    at_once(
        "an api published in staging", ("api.published: only dev publishes", "remove it"),
        "api.published", 8000, stack="staging",
    ),
    Wrong(
        "prod without TLS", ("edge.https_port: is missing", "give the port"),
        change=drop("edge.https_port"),
    ),
    at_once(
        "everybody may call prod", ("edge.cors_origins: lets everybody call", "list the origins"),
        "edge.cors_origins", ["*"],
    ),
    at_once(
        "an origin without a scheme", ("edge.cors_origins: holds no origin", "https://host[:port]"),
        "edge.cors_origins", ["tasks.example.org"],
    ),
    at_once(
        "an origin with a path", ("edge.cors_origins: holds no origin", "https://host[:port]"),
        "edge.cors_origins", ["https://tasks.example.org/"],
    ),
    at_once(
        "one port for two containers",
        ("api.published: leads to one container", "remove it, or set replicas to 1"),
        "api.replicas", 2, stack="dev",
    ),
    Wrong(
        "a bot that sends its token in clear",
        ("bot.base_url: sends the token in clear", "write https://"),
        change=put("bot", {**BOT, "base_url": "http://telegram.example.org"}),
    ),
    at_once(
        "a rotation of what is no secret",
        ("rotations.admin-tokn: is not a key", "did you mean 'admin-token'?"),
        "rotations", {"admin-tokn": 1},
    ),
]  # fmt: skip

RELEASES = [
    Wrong(
        "a moving tag",
        ("images.nginx: moves", "name a version, as in name:v1.2.3"),
        change=retag("nginx", lambda image: image.partition(":")[0] + ":latest"),
    ),
    Wrong(
        "no tag", ("images.api: moves", "name a version"),
        stack="staging", change=retag("api", lambda image: image.rpartition(":")[0]),
    ),
    Wrong(
        "an image of prod without a digest",
        ("images.postgres: has no digest", "write name:tag@sha256:<digest>"),
        change=retag("postgres", lambda image: image.partition("@")[0]),
    ),
    Wrong(
        "a digest cut short", ("images.nats: has no whole digest", "@sha256:<64 hex digits>"),
        change=retag("nats", lambda image: image[:-8]),
    ),
    Wrong(
        "an image in capitals", ("images.nginx: is no reference", "in small letters"),
        change=retag("nginx", lambda image: image.replace("nginx", "Nginx")),
    ),
    Wrong(
        "a database of another major version",
        ("images.postgres: is not PostgreSQL 18, whose data the volume holds", "tag it 18.x"),
        change=retag("postgres", lambda image: image.replace(":18.6", ":19.0")),
    ),
    Wrong(
        "an image of another release", ("images.worker: is not of the release", "tag it v0.1.0"),
        change=retag("worker", lambda image: image.replace("v0.1.0", "v0.0.9")),
    ),
    at_once(
        "a release that moves", ("release: ", "vX.Y.Z or sha-<commit>"),
        "release", "latest",
    ),
    Wrong(
        "a release without images", ("release, images: only one", "give both, or none"),
        change=drop("images"),
    ),
    Wrong(
        "images without a release", ("release, images: only one", "give both, or none"),
        change=drop("release"),
    ),
    Wrong(
        "prod with what was built here", ("release, images: are missing", "staging and prod"),
        change=all_of(drop("release"), drop("images")),
    ),
    Wrong(
        "a bot without an image",
        ("images.bot: is missing while the bot is on", "telegram-bot-token: is missing",
         "or remove bot"),
        change=put("bot", BOT),
    ),
]  # fmt: skip

SECRETS = [
    Wrong(
        "no encryption key",
        ("encryption-key: is missing", "make one: python -c"),
        secrets=(("encryption-key", None),),
    ),
    Wrong(
        "a short encryption key",
        ("encryption-key: has 16 bytes, Fernet needs 32", "make one"),
        secrets=(("encryption-key", base64.urlsafe_b64encode(CANARY[:16].encode()).decode()),),
    ),
    Wrong(
        "an encryption key that is not base64",
        ("encryption-key: is not URL-safe base64", "make one"),
        secrets=(("encryption-key", f"{CANARY}!"),),
    ),
    Wrong(
        "an encryption key in clear",
        ("encryption-key: is given in clear", "--secret"),
        config=(("encryption-key", CANARY),),
    ),
    Wrong(
        "no certificate",
        ("tls-certificate: is missing", "pulumi config set --secret task-tracker:tls-certificate"),
        secrets=(("tls-certificate", None),),
    ),
    Wrong(
        "a certificate that is not PEM",
        ("tls-certificate: is not a PEM certificate",),
        secrets=(("tls-certificate", CANARY),),
    ),
    Wrong(
        "a certificate in place of its key",
        ("tls-key: is not a PEM private key",),
        secrets=(("tls-key", f"-----BEGIN CERTIFICATE-----\n{CANARY}\n-----END CERTIFICATE-----"),),
    ),
    Wrong(
        "a certificate that is damaged",
        ("tls-certificate: is damaged", "give the whole file anew"),
        secrets=(("tls-certificate", f"-----BEGIN CERTIFICATE-----\n{CANARY}\n"),),
    ),
    Wrong(
        "a key of another certificate",
        ("tls-key: is not the key of tls-certificate", "the two that belong together"),
        secrets=(("tls-key", pair().key),),
    ),
    Wrong(
        "a certificate that has expired",
        ("tls-certificate: expired on 2", "have it renewed"),
        secrets=tuple(pair(begins=-3, ends=-1).secrets.items()),
    ),
    Wrong(
        "a certificate of another site",
        ("tls-certificate: does not name edge.server_name", "have a certificate issued"),
        secrets=tuple(pair("tasks.example.com").secrets.items()),
    ),
    Wrong(
        "a certificate from two sources",
        ("edge.certificate_file: is given beside the secret", "keep one of the two"),
        change=put("edge.certificate_file", "tls/tasks.crt"),
    ),
    Wrong(
        "an empty token",
        ("telegram-bot-token: is empty", "pulumi config rm task-tracker:telegram-bot-token"),
        change=put("bot", BOT),
        secrets=(("telegram-bot-token", ""),),
    ),
    Wrong(
        "an empty key in place of a generated one",
        ("encryption-key: is empty", "or leave it out"),
        stack="dev",
        secrets=(("encryption-key", ""),),
    ),
    Wrong(
        "a file of a certificate that is not there",
        ("edge.certificate_file: there is no such file here", "mend the path"),
        change=put("edge.certificate_file", "tls/none.crt"),
        secrets=(("tls-certificate", None),),
    ),
]

BACKUPS = [
    Wrong(
        "prod without backups", ("backups: is missing", "name a bucket"),
        change=drop("backups"),
    ),
    Wrong(
        "backups on the host alone", ("backups.offsite: is missing", "a lost host takes"),
        stack="staging", change=drop("backups.offsite"),
    ),
    Wrong(
        "a short passphrase", ("backup-passphrase: is short", "openssl rand -base64 32"),
        secrets=(("backup-passphrase", CANARY[:16]),),
    ),
    Wrong(
        "a key of a bucket with another line",
        ("s3-access-key: has spaces at an end or two lines", "give one line"),
        secrets=(("s3-access-key", f"{CANARY}\nrepo1-path=/"),),
    ),
    Wrong(
        "keys of a bucket that is not named",
        ("s3-access-key: opens no bucket", "name one as backups.offsite"),
        stack="dev", change=put("backups", {}), secrets=(("s3-access-key", CANARY),),
    ),
    at_once(
        "an authority of the bucket that is none",
        ("backups.offsite.ca_file: holds no PEM certificate", "give the file that begins with"),
        "backups.offsite.ca_file", "README.md",
    ),
    Wrong(
        "a bucket without its key",
        ("s3-secret-key: is missing", "pulumi config set --secret task-tracker:s3-secret-key"),
        secrets=(("s3-secret-key", None),),
    ),
]  # fmt: skip

SEVERAL = [
    Wrong(
        "several mistakes of shape",
        ("3 mistakes", "api.replica: ", "worker.pool.size: ", "edge.http_port: "),
        change=all_of(put("api.replica", 2), put("worker.pool.size", 0), put("edge.http_port", 0)),
    ),
    Wrong(
        "several broken laws",
        ("4 mistakes", "host.memory: ", "postgres.max_connections: ", "edge.cors_origins: ",
         "encryption-key: "),
        change=all_of(put("host.memory", 4096), put("postgres.max_connections", 400),
                      put("edge.cors_origins", ["*"])),
        secrets=(("encryption-key", CANARY),),
    ),
    Wrong(
        "mistakes of keys, shape and secrets",
        ("5 mistakes", "tls-kee: is not a key", "s3-access-key: is given in clear",
         "worker.replicas: ", "encryption-key: is missing", "backup-passphrase: is short"),
        change=put("worker.replicas", 0), config=(("s3-access-key", CANARY),),
        secrets=(("tls-kee", CANARY), ("encryption-key", None), ("backup-passphrase", CANARY[:9])),
    ),
    Wrong(
        "mistakes of keys, images, values and secrets",
        ("4 mistakes", "tls-kee: is not a key", "release, images: only one of the two",
         "postgres.max_connections: ", "encryption-key: has 16 bytes"),
        change=all_of(drop("release"), put("postgres.max_connections", 400)),
        secrets=(
            ("tls-kee", CANARY),
            ("encryption-key", base64.urlsafe_b64encode(CANARY[:16].encode()).decode()),
        ),
    ),
    Wrong(
        "a misspelled secret beside a missing stack",
        ("2 mistakes", "stak: is not a key", "did you mean 'stack'?", "stack: is missing"),
        change=lambda _: {}, config=(("stak", "x"),),
    ),
]  # fmt: skip

GROUPS = (KEYS, TYPES, RANGES, HOSTS, ENVIRONMENTS, RELEASES, SECRETS, BACKUPS, SEVERAL)
WRONG = [wrong for group in GROUPS for wrong in group]
