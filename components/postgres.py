"""The database server, and the job that gives each client a role of its own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi
from pydantic import Field

from components.args import Args
from components.backup_configuration import ARCHIVE_TIMEOUT, SOCKETS, SPOOL, archive_command
from components.engine import Engine, Running
from components.networks import ACCESS, BACKEND
from components.secrets import CLIENTS, Login, Secret, account
from components.workload import (
    Attachment,
    Directory,
    Health,
    Limits,
    Mount,
    Published,
    Workload,
)

UID = 999  # postgres, in the official images of Debian's flavour
DATABASE = "tasktracker"
SUPERUSER = "postgres"

# The backup service is the same user on the same socket, and there has a role with less rights.
PG_IDENT_CONF = "backup postgres backup\n"

# Fast shutdown of a busy server writes a checkpoint; the official image advises 90 s.
STOP_GRACE = 90

# The image declares a volume where its data is. Who keeps none there hides that: the engine would
# make a volume without a name for each container, and nobody would ever remove it.
NO_NAMELESS_VOLUME = {"/var/lib/postgresql": 1}

PROBE = ("pg_isready", "-h", "127.0.0.1", "-U", SUPERUSER, "-d", DATABASE)


class PostgresArgs(Args):
    """One server: its image, size, and the logins of its clients by client."""

    engine: Engine
    image: str
    limits: Limits
    max_connections: int = Field(ge=20)
    password: Secret
    logins: Mapping[str, Login]
    key_to_data: tuple[pulumi.Resource, ...]
    archiving: bool = Field(default=False, description="a backup service sends its WAL")
    published: int | None = Field(default=None, description="port on 127.0.0.1 of the host")


class Volumes(Args):
    """What the server has on volumes: its data, its sockets, and the WAL marked as sent."""

    data: pulumi.Output[str]
    sockets: pulumi.Output[str]
    spool: pulumi.Output[str] | None = None


class Postgres(pulumi.ComponentResource):
    """Postgres with pgvector on a volume that is kept, and its roles.

    Clients wait for `ready`: the server is healthy and every role exists with its password.
    """

    def __init__(
        self, name: str, args: PostgresArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tasktracker:postgres:Postgres", name, None, opts)
        engine = args.engine
        self.volumes = Volumes(
            data=engine.data_volume("postgres-data", key=args.key_to_data, parent=self),
            sockets=engine.volume("postgres-sockets", parent=self),
            spool=engine.volume("postgres-spool", parent=self) if args.archiving else None,
        )
        server = engine.service(server_workload(name, args, self.volumes), parent=self)
        roles = engine.job(
            roles_workload(args, self.volumes.sockets), parent=self, after=server.ready
        )
        self.server: Running = server
        self.ready: tuple[pulumi.Resource, ...] = (*server.ready, roles)
        self.register_outputs({"host": name, "database": DATABASE})


def server_workload(name: str, args: PostgresArgs, volumes: Volumes) -> Workload:
    """The server. It stops by SIGINT: SIGTERM would wait for clients to leave."""
    networks = [Attachment(network=BACKEND)]
    ports = []
    if args.published:
        networks.append(Attachment(network=ACCESS, answers=False))
        ports.append(Published(internal=5432, external=args.published))
    return Workload(
        name=name,
        image=args.image,
        command=(
            "postgres",
            "-c",
            "config_file=/etc/postgresql/postgresql.conf",
            "-c",
            "hba_file=/etc/postgresql/pg_hba.conf",
            "-c",
            "ident_file=/etc/postgresql/pg_ident.conf",
        ),
        uid=UID,
        environment={
            "POSTGRES_USER": SUPERUSER,
            "POSTGRES_DB": DATABASE,
            "POSTGRES_PASSWORD_FILE": "/run/secrets/postgres-password",
            "POSTGRES_INITDB_ARGS": "--data-checksums",
        },
        networks=tuple(networks),
        ports=tuple(ports),
        secrets=(args.password.file("postgres-password"),),
        directories=(
            Directory(
                name="config",
                path="/etc/postgresql",
                files={
                    "postgresql.conf": postgresql_conf(
                        args.max_connections, args.limits.memory, args.archiving
                    ),
                    "pg_hba.conf": pg_hba_conf(),
                    "pg_ident.conf": PG_IDENT_CONF,
                },
            ),
        ),
        mounts=(
            Mount(volume=volumes.data, path="/var/lib/postgresql"),
            Mount(volume=volumes.sockets, path=SOCKETS, shared=True),
            *([Mount(volume=volumes.spool, path=SPOOL, read_only=True)] if volumes.spool else []),
        ),
        tmpfs={"/tmp": 64},
        # A parallel build of a vector index shares its work memory here (pgvector's README).
        shared_memory=128,
        limits=args.limits,
        health=Health(command=PROBE, interval=10, timeout=5, retries=5, start_period=10),
        stop_signal="SIGINT",
        stop_grace=STOP_GRACE,
        exclusive=True,
    )


def roles_workload(args: PostgresArgs, sockets: pulumi.Output[str]) -> Workload:
    """The job that makes roles and sets their passwords; it may run any number of times.

    It comes by the server's socket, as its own user: a restored database has old passwords.
    """
    return Workload(
        name="roles",
        image=args.image,
        command=("psql", "--no-psqlrc", "--quiet", "--file=/roles/roles.sql"),
        uid=UID,
        environment={
            "PGHOST": SOCKETS,
            "PGUSER": SUPERUSER,
            "PGDATABASE": "postgres",
        },
        networks=(),
        mounts=(Mount(volume=sockets, path=SOCKETS, read_only=True),),
        secrets=(
            args.password.file("postgres-password"),
            *(
                secret.file(f"{account(login.client, slot)}-password".replace("_", "-"))
                for login in args.logins.values()
                for slot, secret in login.passwords.items()
            ),
        ),
        directories=(
            Directory(name="sql", path="/roles", files={"roles.sql": roles_sql(args.logins)}),
        ),
        tmpfs={"/tmp": 16, **NO_NAMELESS_VOLUME},
        limits=Limits(cpus=0.5, memory=128, cpus_reserved=0.1, memory_reserved=32),
        health=None,
    )


def postgresql_conf(max_connections: int, memory: int, archiving: bool) -> str:
    """Server settings for a memory limit in MB; shares follow the vendor's advice (docs 19.4)."""
    settings: dict[str, Any] = {
        "listen_addresses": "'*'",
        "max_connections": max_connections,
        "shared_buffers": f"{memory // 4}MB",
        "effective_cache_size": f"{memory * 3 // 4}MB",
        "maintenance_work_mem": f"{max(memory // 32, 16)}MB",
        "dynamic_shared_memory_type": "posix",
        "password_encryption": "scram-sha-256",
        "wal_level": "replica",
        "max_wal_size": "1GB",
        # A client that vanished with its host holds a slot for a minute, not for two hours.
        "tcp_keepalives_idle": 60,
        "log_min_duration_statement": "500ms",
        "log_line_prefix": "'%m [%p] %q%u@%d '",
        "timezone": "'UTC'",
    }
    if archiving:
        settings |= {
            "archive_mode": "on",
            "archive_timeout": f"{ARCHIVE_TIMEOUT}s",
            "archive_command": f"'{archive_command()}'",
        }
    return "".join(f"{key} = {value}\n" for key, value in settings.items())


def pg_hba_conf() -> str:
    """Who may log in: the superuser by its own socket, every account by password (audit S6)."""
    rules = [f"local all {SUPERUSER} peer", "local all backup peer map=backup"]
    clients = [(DATABASE, role) for role in (SUPERUSER, *(f"+{client}" for client in CLIENTS))]
    clients += [("postgres", SUPERUSER), ("postgres", "+monitoring")]
    rules += [f"host {database} {role} samenet scram-sha-256" for database, role in clients]
    return "\n".join(rules) + "\n"


def roles_sql(logins: Mapping[str, Login]) -> str:
    """What the job runs: roles with their rights, then the passwords of each client's accounts."""
    text = (Path(__file__).parent / "sql" / "roles.sql").read_text()
    return text + "".join(_login_sql(login) for login in logins.values())


def _login_sql(login: Login) -> str:
    """The account in use never expires; the one before it serves its last clients for an hour."""
    lines = []
    for slot in login.passwords:
        user = account(login.client, slot)
        file = f"/run/secrets/{user}-password".replace("_", "-")
        lines += [f"\\set {user} `cat {file}`", f"ALTER ROLE {user} PASSWORD :'{user}';"]
    lines += [
        f"ALTER ROLE {login.user} VALID UNTIL 'infinity';",
        f"SELECT pg_temp.expire('{login.standby}');",
    ]
    return "\n".join(lines) + "\n"
