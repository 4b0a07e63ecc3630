"""Texts that configure the backups: pgBackRest, the project's own program, the schedule.

Pure: `ops/` writes the same texts into the containers that restore.
"""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from components.args import Args
from components.cron import Cron

STANZA = "main"
PGDATA = "/var/lib/postgresql/18/docker"
VOLUME = "/var/lib/pgbackrest"
SPOOL = "/var/spool/pgbackrest"
DRILLS = "/var/lib/drill"
SOCKETS = "/var/run/postgresql"
# One folder for whoever reads or takes backups: pgBackRest's file, the program's, the schedule.
CONFIGURATION = "/etc/backup"
PROGRAM = f"{CONFIGURATION}/backup.json"
CA_FILE = f"{CONFIGURATION}/s3-ca.pem"
CRONTAB = f"{CONFIGURATION}/crontab"
PGBACKREST = f"{CONFIGURATION}/pgbackrest.conf"
# Where pgBackRest finds its file, and the one with keys beside it.
ENVIRONMENT = {"PGBACKREST_CONFIG": PGBACKREST, "PGBACKREST_CONFIG_INCLUDE_PATH": "/run/secrets"}
LOCAL, OFFSITE = "local", "offsite"

# A segment that is not full is finished after this: with the network's own time, the most that a
# lost host can take with it (the recovery point objective).
ARCHIVE_TIMEOUT = 60


class Offsite(Args):
    """A bucket of any server that speaks S3, over TLS."""

    endpoint: str = Field(pattern=r"^[a-z0-9.-]+(:[1-9]\d{0,4})?$", description="HOST or HOST:PORT")
    bucket: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    region: str = Field(pattern=r"^[A-Za-z0-9-]+$")
    path: str | None = Field(
        default=None,
        pattern=r"^/[a-z0-9/-]*[a-z0-9]$",
        description="folder in the bucket; /task-tracker/<stack> if left out",
    )
    ca_file: str | None = Field(default=None, description="PEM of the server's own authority")

    @property
    def host(self) -> str:
        return self.endpoint.partition(":")[0]

    @property
    def port(self) -> str:
        return self.endpoint.partition(":")[2] or "443"

    def folder(self, stack: str) -> str:
        """Where a stack's backups lie: in one bucket each has a place of its own."""
        return self.path or f"/task-tracker/{stack}"


class Schedule(Args):
    """When, in cron's five fields, UTC."""

    full: Cron = Field(default="0 2 * * 0", description="a full backup")
    diff: Cron = Field(default="0 2 * * 1-6", description="what changed since the full one")
    verify: Cron = Field(default="0 4 * * 3", description="every stored file against its checksum")
    sessions: Cron = Field(default="30 2 * * *", description="the bot's sessions")
    drill: Cron = Field(default="0 5 * * 1", description="restore the newest and check it")


class Retention(Args):
    """What is kept, and how old may be what is newest."""

    days: int = Field(default=7, ge=7, description="audit B1: seven at least")
    fulls: int = Field(default=2, ge=2, description="the last good one is never the only one")
    max_age_hours: int = Field(default=26, ge=1, description="a day and what a backup may take")
    max_wal_age: int = Field(default=300, ge=10, description="seconds until waiting WAL is told")
    wal_queue_mb: int = Field(
        default=4096, ge=64, description="WAL kept while a repository is away; then it is given up"
    )


class Repositories(Args):
    """The two of them; `offsite` may be left out in dev."""

    offsite: Offsite | None = None
    retention: Retention = Retention()

    @property
    def local(self) -> "Repositories":
        """Them as they are for who reaches nothing but this host."""
        return self.model_copy(update={"offsite": None})

    @property
    def numbers(self) -> dict[str, int]:
        return {LOCAL: 1, OFFSITE: 2} if self.offsite else {LOCAL: 1}


def archive_command() -> str:
    """PostgreSQL's: it waits until the backup service has sent a segment (images/postgres)."""
    return f"pgbackrest-handover {STANZA} %f"


def repositories_conf(stack: str, repositories: Repositories) -> str:
    """pgBackRest where the repositories are; their keys are in a file of their own."""
    keep = repositories.retention
    settings: dict[str, Any] = {
        "archive-async": "y",
        "archive-push-queue-max": f"{keep.wal_queue_mb}MiB",
        "archive-timeout": "120",
        "compress-type": "zst",
        # The project's own program expires: it knows how many full backups always stay.
        "expire-auto": "n",
        "io-timeout": "20",
        "lock-path": f"{VOLUME}/locks",
        "log-level-file": "off",
        "process-max": "2",
        "spool-path": SPOOL,
        "start-fast": "y",
    }
    for number in repositories.numbers.values():
        settings |= {
            f"repo{number}-bundle": "y",
            f"repo{number}-block": "y",
            f"repo{number}-cipher-type": "aes-256-cbc",
            f"repo{number}-retention-full-type": "time",
            f"repo{number}-retention-full": str(keep.days),
        }
    settings["repo1-path"] = f"{VOLUME}/postgres"
    if offsite := repositories.offsite:
        settings |= {
            "repo2-type": "s3",
            "repo2-path": f"{offsite.folder(stack)}/postgres",
            "repo2-s3-endpoint": offsite.host,
            "repo2-storage-port": offsite.port,
            "repo2-s3-bucket": offsite.bucket,
            "repo2-s3-region": offsite.region,
            "repo2-s3-uri-style": "path",
        }
        if offsite.ca_file:
            settings["repo2-storage-ca-file"] = CA_FILE
    stanza = {"pg1-path": PGDATA, "pg1-socket-path": SOCKETS, "pg1-user": "backup"}
    return _sections({"global": settings, STANZA: stanza})


def keys_conf(passphrase: str, s3: tuple[str, str] | None) -> str:
    """The secret part: a pgBackRest file beside the other (`config-include-path`)."""
    settings = {"repo1-cipher-pass": passphrase}
    if s3:
        settings |= {
            "repo2-cipher-pass": passphrase,
            "repo2-s3-key": s3[0],
            "repo2-s3-key-secret": s3[1],
        }
    return _sections({"global": settings})


def s3_credentials(key: str, secret: str) -> str:
    """The same access key for restic, in the format of AWS' own tools."""
    return f"[default]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"


def nats_context(user: str, password: str) -> str:
    """What the nats program logs in with."""
    return json.dumps({"user": user, "password": password, "inbox_prefix": f"_INBOX.{user}"})


def program(
    stack: str,
    database: str,
    repositories: Repositories,
    *,
    nats: str | None,
    api: str | None,
    local: bool = True,
) -> str:
    """The project's own program: images/postgres/backup/settings.py reads it."""
    keep, offsite = repositories.retention, repositories.offsite
    snapshots = {LOCAL: f"{VOLUME}/snapshots"} if local else {}
    if offsite:
        address = f"https://{offsite.endpoint}/{offsite.bucket}{offsite.folder(stack)}"
        snapshots[OFFSITE] = f"s3:{address}/snapshots"
    settings = {
        "stack": stack,
        "stanza": STANZA,
        "database": database,
        "data": PGDATA,
        "repositories": repositories.numbers,
        "snapshots": snapshots,
        "nats": nats,
        "api": api,
        "keep_days": keep.days,
        "keep_fulls": keep.fulls,
        "max_backup_age": keep.max_age_hours * 3600,
        "max_wal_age": keep.max_wal_age,
        "ca_file": CA_FILE if offsite and offsite.ca_file else None,
    }
    return json.dumps(settings, indent=2) + "\n"


def crontab(jobs: Mapping[str, str]) -> str:
    """Commands of the program by their schedule, as supercronic reads them."""
    return "".join(f"{when} backup {command}\n" for command, when in jobs.items())


def _sections(sections: Mapping[str, Mapping[str, str]]) -> str:
    lines: list[str] = []
    for name, settings in sections.items():
        lines.append(f"[{name}]")
        lines += [f"{key}={value}" for key, value in sorted(settings.items())]
        lines.append("")
    return "\n".join(lines)
