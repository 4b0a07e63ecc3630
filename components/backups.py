"""Backups of the stack: taken, proven by a restore, and waited for by the migrations.

The service sends WAL and takes backups. It reads the database's volume, asks it by its socket, and
reaches both repositories. The drill restores on no network, and opens what is on this host alone.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pulumi

from components import backup_configuration as text
from components.api import PORT as API_PORT
from components.args import Args
from components.backup_configuration import Offsite, Repositories, Schedule
from components.engine import Engine
from components.nats import CLIENT_PORT
from components.networks import BACKEND, BACKUPS
from components.postgres import DATABASE, NO_NAMELESS_VOLUME, UID, Volumes
from components.secrets import Login, Secret
from components.workload import (
    Attachment,
    Directory,
    Health,
    Limits,
    Mount,
    SecretFile,
    Workload,
)

SERVICE, DRILL, RESTORE_POINT = "backup", "drill", "restore-point"
PORT = 8080

# A backup reads and compresses; a drill runs a whole server. Both may take their time.
LIMITS = Limits(cpus=1, memory=512, cpus_reserved=0.1, memory_reserved=64)

# It finishes a backup that has begun; one that can't is done over by the next.
STOP_GRACE = 60


class BackupsArgs(Args):
    """What to back up, where to, and when."""

    engine: Engine
    image: str
    stack: str
    release: str
    repositories: Repositories
    schedule: Schedule
    database: Volumes
    passphrase: Secret
    s3_access_key: Secret | None = None
    s3_secret_key: Secret | None = None
    nats: Login
    after: Sequence[pulumi.Resource] = ()


class Backups(pulumi.ComponentResource):
    """The service and the drill. `ready` is a backup of now, for whoever changes the database."""

    def __init__(
        self, name: str, args: BackupsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tasktracker:backups:Backups", name, None, opts)
        engine = args.engine
        repository = engine.data_volume("backups", restored=False, parent=self)
        drills = engine.volume("drills", parent=self)
        service = engine.service(
            service_workload(args, repository, drills), parent=self, after=args.after
        )
        engine.service(drill_workload(args, repository, drills), parent=self, after=service.ready)
        taken = engine.job(
            restore_point_workload(args, repository, drills), parent=self, after=service.ready
        )
        self.ready: tuple[pulumi.Resource, ...] = (taken,)
        self.register_outputs({"repositories": list(args.repositories.numbers)})


def service_workload(
    args: BackupsArgs, repository: pulumi.Output[str], drills: pulumi.Output[str]
) -> Workload:
    """The service: its probe is red, with the reason, as soon as anything is not backed up."""
    return Workload(
        name=SERVICE,
        image=args.image,
        command=("backup", "serve"),
        uid=UID,
        environment=text.ENVIRONMENT,
        networks=(Attachment(network=BACKEND), Attachment(network=BACKUPS, answers=False)),
        secrets=secret_files(args),
        directories=(configuration(args.stack, args.repositories, service_jobs(args.schedule)),),
        mounts=mounts(args.database, repository, drills),
        tmpfs={"/tmp": 64},
        limits=LIMITS,
        health=Health(
            command=("backup", "healthy"), interval=15, timeout=10, retries=4, start_period=50
        ),
        stop_grace=STOP_GRACE,
    )


def drill_workload(
    args: BackupsArgs, repository: pulumi.Output[str], drills: pulumi.Output[str]
) -> Workload:
    """A throwaway restore of the newest backup, on no network and from the local repository."""
    return Workload(
        name=DRILL,
        image=args.image,
        command=("backup", "schedule"),
        uid=UID,
        environment=text.ENVIRONMENT,
        networks=(),
        secrets=(
            args.passphrase.file("backup-passphrase"),
            repository_keys(args.passphrase).file("keys.conf"),
        ),
        directories=(
            configuration(
                args.stack,
                args.repositories.local,
                {"drill": args.schedule.drill},
                online=False,
            ),
        ),
        mounts=(
            Mount(volume=repository, path=text.VOLUME, read_only=True),
            Mount(volume=drills, path=text.DRILLS, shared=True),
        ),
        tmpfs={"/tmp": 64, **NO_NAMELESS_VOLUME},
        limits=LIMITS,
        health=Health(
            command=("backup", "scheduled"), interval=30, timeout=10, retries=3, start_period=20
        ),
        stop_grace=STOP_GRACE,
    )


def restore_point_workload(
    args: BackupsArgs, repository: pulumi.Output[str], drills: pulumi.Output[str]
) -> Workload:
    """A backup and a named restore point for each release, before its migrations (audit B5)."""
    return Workload(
        name=RESTORE_POINT,
        image=args.image,
        command=(
            "backup", "take", "--type", "incr", "--wait", "1800",
            "--name", f"before-{args.release}",
        ),
        uid=UID,
        environment={**text.ENVIRONMENT, "RELEASE": args.release},
        networks=(
            Attachment(network=BACKEND, answers=False),
            Attachment(network=BACKUPS, answers=False),
        ),
        secrets=secret_files(args),
        directories=(configuration(args.stack, args.repositories),),
        mounts=mounts(args.database, repository, drills),
        tmpfs={"/tmp": 64},
        limits=LIMITS,
        health=None,
    )  # fmt: skip


def mounts(
    database: Volumes, repository: pulumi.Output[str], drills: pulumi.Output[str]
) -> tuple[Mount, ...]:
    """Volumes of whoever takes backups: the database's own are only read."""
    assert database.spool is not None, "the database keeps no WAL for backups"
    return (
        Mount(volume=database.data, path="/var/lib/postgresql", read_only=True),
        Mount(volume=database.sockets, path=text.SOCKETS, read_only=True),
        Mount(volume=database.spool, path=text.SPOOL, shared=True),
        Mount(volume=repository, path=text.VOLUME, shared=True),
        Mount(volume=drills, path=text.DRILLS, read_only=True),
    )


def configuration(
    stack: str,
    repositories: Repositories,
    jobs: Mapping[str, str] | None = None,
    online: bool = True,
) -> Directory:
    """What pgBackRest and the project's own program are told; `online` asks NATS and the api.

    `jobs` are commands of the program by when they run.
    """
    program = text.program(
        stack,
        DATABASE,
        repositories,
        nats=f"nats://nats:{CLIENT_PORT}" if online else None,
        api=f"http://api:{API_PORT}" if online else None,
    )
    pgbackrest = {_name(text.PGBACKREST): text.repositories_conf(stack, repositories)}
    files = {_name(text.PROGRAM): program, **pgbackrest, **authority(repositories.offsite)}
    return folder({**files, **(schedule(jobs) if jobs else {})})


def folder(files: Mapping[str, str]) -> Directory:
    """The folder of configuration, where the program looks for it."""
    return Directory(name="configuration", path=text.CONFIGURATION, files=files)


def authority(offsite: Offsite | None) -> dict[str, str]:
    """The certificate authority of the bucket's server, where it has one of its own."""
    if offsite is None or offsite.ca_file is None:
        return {}
    return {_name(text.CA_FILE): Path(offsite.ca_file).read_text()}


def schedule(jobs: Mapping[str, str]) -> dict[str, str]:
    """The file that says when each job of a container runs."""
    return {_name(text.CRONTAB): text.crontab(jobs)}


def _name(file: str) -> str:
    return Path(file).name


def service_jobs(schedule: Schedule) -> dict[str, str]:
    """Commands of the service by when they run."""
    return {
        "take --type full": schedule.full,
        "take --type diff": schedule.diff,
        "verify": schedule.verify,
    }


def secret_files(args: BackupsArgs) -> tuple[SecretFile, ...]:
    """The keys, in the form each program reads them in."""
    keys = repository_keys(args.passphrase, args.s3_access_key, args.s3_secret_key)
    credentials = _credentials(args)
    password = args.nats.password
    context = Secret(password.value.apply(lambda p: text.nats_context(args.nats.user, p)),
                     password.version)  # fmt: skip
    return (
        args.passphrase.file("backup-passphrase"),
        keys.file("keys.conf"),
        context.file("nats-context.json"),
        *([credentials.file("s3-credentials")] if credentials else []),
    )


def repository_keys(passphrase: Secret, *s3: Secret | None) -> Secret:
    """pgBackRest's file of keys; `s3` is the access key of the bucket and its secret."""
    there = [passphrase, *(part for part in s3 if part is not None)]
    values = pulumi.Output.all(*(part.value for part in there))
    return Secret(
        values.apply(lambda v: text.keys_conf(v[0], (v[1], v[2]) if len(v) == 3 else None)),
        pulumi.Output.all(*(part.version for part in there)).apply("-".join),
    )


def _credentials(args: BackupsArgs) -> Secret | None:
    key, secret = args.s3_access_key, args.s3_secret_key
    if key is None or secret is None:
        return None
    return Secret(
        pulumi.Output.all(key.value, secret.value).apply(lambda v: text.s3_credentials(v[0], v[1])),
        pulumi.Output.all(key.version, secret.version).apply("-".join),
    )
