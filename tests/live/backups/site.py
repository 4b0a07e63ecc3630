"""A database, NATS, the backup service and the drill, as containers with the stack's own texts.

Without Pulumi: a test of a fault takes seconds and breaks what it likes.
"""

import json
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from components import backup_configuration as text
from components.backup_configuration import Offsite, Repositories, Retention
from components.backups import LIMITS, BackupsArgs, drill_workload
from components.postgres import PG_IDENT_CONF, pg_hba_conf, postgresql_conf, roles_sql
from components.workload import Workload
from ops.restore_stack import Stack
from tests.live.backups.described import (
    NATS_PASSWORD,
    PASSPHRASE,
    components_args,
    known,
    operators_stack,
)
from tests.live.backups.s3 import BUCKET, KEY, S3, SECRET
from tests.live.backups.workloads import given, labels
from tests.live.pulumi_stack import docker
from tests.live.stacks import built

HARDENED = (
    *("--user", "999:999", "--cap-drop", "ALL", "--security-opt", "no-new-privileges:true"),
    *("--tmpfs", "/tmp:size=64m,uid=999,gid=999"),
)
OPTIONS = ("--read-only", *HARDENED)

# The application's own tables, as far as a backup can tell.
TABLES = """
CREATE TABLE alembic_version (version_num text PRIMARY KEY);
INSERT INTO alembic_version VALUES ('0002');
CREATE TABLE tasks (id bigserial PRIMARY KEY, title text, embedding vector(8),
                    at timestamptz DEFAULT clock_timestamp());
INSERT INTO tasks (title, embedding)
SELECT 'task ' || n, (SELECT array_agg(sin(n * k)) FROM generate_series(1, 8) k)::vector
FROM generate_series(1, 2000) n;
"""


def until(true: Callable[[], object], within: float, what: str) -> None:
    """Wait for a state; AssertionError with what was waited for, and what was last seen."""
    deadline = time.monotonic() + within
    while True:
        seen = true()
        if seen:
            return
        assert time.monotonic() < deadline, f"not {what} within {within:.0f} s; last: {seen!r}"
        time.sleep(0.3)


@dataclass
class Done:
    """How a command in a container ended."""

    status: int
    output: str

    def succeeded(self) -> str:
        assert self.status == 0, self.output
        return self.output

    def failed(self) -> str:
        assert self.status != 0, f"it succeeded: {self.output}"
        return self.output


@dataclass
class Site:
    """Its containers are named `<prefix>-<what>`, its volumes too; `<prefix>` is its stack."""

    folder: Path
    s3: S3
    retention: Retention = field(default_factory=lambda: Retention(max_wal_age=10))
    archive_timeout: int = 5
    memory: int = 256  # MB, what the database is configured for
    repository_options: Sequence[str] = ()
    data: str = "data"  # the volume that the database is on
    prefix: str = field(default_factory=lambda: f"bk-{secrets.token_hex(3)}")

    @property
    def repositories(self) -> Repositories:
        offsite = Offsite(
            endpoint=self.s3.endpoint, bucket=BUCKET, region="us-east-1", ca_file=str(self.s3.ca)
        )
        return Repositories(offsite=offsite, retention=self.retention)

    def name(self, what: str) -> str:
        return f"{self.prefix}-{what}"

    def write(self, passphrase: str = PASSPHRASE, secret: str = SECRET) -> None:
        """The files of every container, each in a folder that is mounted."""
        conf = postgresql_conf(50, self.memory, archiving=True)
        conf += f"archive_timeout = {self.archive_timeout}s\n"
        hba = pg_hba_conf().replace("samenet", "all")
        program = text.program(
            self.prefix, "tasktracker", self.repositories, nats="nats://nats:4222", api=None
        )
        # A look at the repositories each 2 s in place of 30: what is waited for is what it tells.
        program = json.dumps({**json.loads(program), "look_every": 2})
        nats = {"user": "backup", "password": NATS_PASSWORD}
        files = {
            "postgres/postgresql.conf": conf,
            "postgres/pg_hba.conf": hba,
            "postgres/pg_ident.conf": PG_IDENT_CONF,
            "backup/pgbackrest.conf": text.repositories_conf(self.prefix, self.repositories),
            "backup/backup.json": program,
            "backup/s3-ca.pem": self.s3.ca.read_text(),
            "backup/crontab": text.crontab({"take --type full": "0 2 * * 0"}),
            "keys/keys.conf": text.keys_conf(passphrase, (KEY, secret)),
            "keys/backup-passphrase": passphrase,
            "keys/s3-credentials": text.s3_credentials(KEY, secret),
            "keys/nats-context.json": text.nats_context("backup", NATS_PASSWORD),
            "password/postgres-password": "postgres-password-of-a-test",
            "nats/nats.conf": "listen: 0.0.0.0:4222\njetstream { store_dir: /data }\n"
            f"authorization {{ users: {json.dumps([nats])} }}\n",
        }
        for name, content in files.items():
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)

    def start(self) -> None:
        """Everything, up to a healthy backup service."""
        self.write()
        docker("network", "create", "--internal", self.name("backend"))
        docker("network", "create", self.name("backups"))
        docker("volume", "create", *self.repository_options, self.name("repository"))
        images = built()["images"]
        self.start_postgres()
        docker(
            "run", "--detach", "--name", self.name("nats"), "--network", self.name("backend"),
            "--network-alias", "nats", "--volume", f"{self.folder / 'nats'}:/etc/nats:ro",
            images["nats"], "nats-server", "--config", "/etc/nats/nats.conf",
        )  # fmt: skip
        docker(
            "exec", "--interactive", self.name("postgres"), "psql", "-qX", "-U", "postgres",
            "-d", "tasktracker", stdin=roles_sql({}),
        )  # fmt: skip
        self.sql(TABLES)
        self.start_backup()
        repository, drills = known(self.name("repository")), known(self.name("drills"))
        self.run_workload(drill_workload(self.args, repository, drills), "none")

    def start_postgres(self) -> None:
        image = built()["images"]["postgres"]
        docker(
            "run", "--detach", *OPTIONS, "--name", self.name("postgres"),
            "--network", self.name("backend"),
            "--volume", f"{self.name(self.data)}:/var/lib/postgresql",
            *self.mounts("sockets:/var/run/postgresql", "spool:/var/spool/pgbackrest:ro"),
            "--volume", f"{self.folder / 'postgres'}:/etc/postgresql:ro",
            "--volume", f"{self.folder / 'password'}:/run/secrets:ro",
            "--env", "POSTGRES_PASSWORD_FILE=/run/secrets/postgres-password",
            "--env", "POSTGRES_DB=tasktracker", "--env", "POSTGRES_USER=postgres",
            "--stop-signal", "SIGINT", image, "postgres",
            *(w for kind in ("config", "hba", "ident") for w in ("-c", f"{kind}_file="
              f"/etc/postgresql/{'postgresql' if kind == 'config' else f'pg_{kind}'}.conf")),
        )  # fmt: skip
        until(
            lambda: docker(
                "exec", self.name("postgres"), "pg_isready", "-h", "127.0.0.1", check=False
            ).endswith("accepting connections"),
            60,
            "a database that answers",
        )

    @property
    def args(self) -> BackupsArgs:
        volumes = self.name(self.data), self.name("sockets")
        return components_args(self.prefix, self.repositories, *volumes)

    @property
    def stack(self) -> Stack:
        return operators_stack(self.prefix, self.repositories, self.folder)

    def run_workload(self, workload: Workload, network: str) -> None:
        """A workload of the stack, by its name."""
        start = ["run", "--detach", "--name", self.name(workload.name), "--network", network]
        docker(*start, *given(workload, self.prefix, self.folder / "workloads"))

    def start_backup(self) -> None:
        docker(
            # As little of a busy host as in a stack: components/backups.py.
            "create", *OPTIONS, "--cpus", f"{LIMITS.cpus:g}",
            "--cpu-shares", f"{LIMITS.cpus_reserved * 1024:.0f}",
            "--memory", f"{LIMITS.memory}m",
            "--name", self.name("backup"), *labels(self.prefix, "backup"), "--network",
            self.name("backend"), *self.readers(), *self.configuration(),
            built()["images"]["postgres"], "backup", "serve",
        )  # fmt: skip
        docker("network", "connect", self.name("backups"), self.name("backup"))
        docker("start", self.name("backup"))
        until(
            lambda: self.backup("healthy").status == 0,
            90,
            "a healthy backup service",
        )

    def readers(self) -> list[str]:
        """The volumes of whoever takes backups."""
        return [
            "--volume", f"{self.name(self.data)}:/var/lib/postgresql:ro",
            *self.mounts(
                "sockets:/var/run/postgresql:ro", "spool:/var/spool/pgbackrest",
                "repository:/var/lib/pgbackrest", "drills:/var/lib/drill:ro",
            ),
        ]  # fmt: skip

    def mounts(self, *volumes: str) -> list[str]:
        return [part for v in volumes for part in ("--volume", f"{self.prefix}-{v}")]

    def configuration(self, keys: str = "keys") -> list[str]:
        places = {"backup": text.CONFIGURATION, keys: "/run/secrets"}
        options = [f"{self.folder / name}:{path}:ro" for name, path in places.items()]
        return [
            *(part for option in options for part in ("--volume", option)),
            *(part for pair in text.ENVIRONMENT.items() for part in ("--env", "=".join(pair))),
        ]

    def sql(self, statement: str, database: str = "tasktracker") -> str:
        return docker(
            "exec", "--interactive", self.name("postgres"), "psql", "-qXAt", "-v",
            "ON_ERROR_STOP=1", "-U", "postgres", "-d", database, stdin=statement,
        )  # fmt: skip

    def run(self, what: str, *argv: str) -> Done:
        """A command in one of the containers."""
        done = subprocess.run(
            ["docker", "exec", self.name(what), *argv],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300,
        )  # fmt: skip
        return Done(done.returncode, done.stdout)

    def backup(self, *arguments: str) -> Done:
        return self.run("backup", "backup", *arguments)

    def take(self, kind: str = "incr", *more: str) -> str:
        return self.backup("take", "--type", kind, *more).succeeded()

    def drill(self, *more: str) -> dict[str, Any]:
        """What a drill found, whether it held or not."""
        said = self.run("drill", "backup", "drill", *more).output
        found: dict[str, Any] = json.loads(said.splitlines()[-1])
        return found

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.backup("status").succeeded())
        return found

    def metrics(self) -> dict[str, float]:
        """The service's metrics by name and labels."""
        script = (
            "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8080/metrics').read()"
            ".decode())"
        )
        said = self.run("backup", "python3", "-c", script).succeeded()
        lines = [line.rsplit(" ", 1) for line in said.splitlines() if line and line[0] != "#"]
        return {name: float(value) for name, value in lines}

    def restored(
        self, *arguments: str, keys: str = "keys", data: str = "restored", local: bool = True
    ) -> Done:
        """A restore into a volume of its own, by a container that has only the repositories."""
        own = ["--volume", f"{self.name(data)}:/var/lib/postgresql"]
        own += self.mounts("repository:/var/lib/pgbackrest:ro") if local else []
        done = subprocess.run(
            ["docker", "run", "--rm", *HARDENED, "--network", self.name("backups"), *own,
             *self.configuration(keys), built()["images"]["postgres"], "backup", *arguments],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300,
        )  # fmt: skip
        return Done(done.returncode, done.stdout)

    def change_over(self, data: str = "restored") -> None:
        """Run the database on another volume."""
        docker("rm", "--force", self.name("postgres"))
        self.data = data
        self.start_postgres()

    def remove(self) -> None:
        names = docker("ps", "--all", "--format", "{{.Names}}", "--filter", f"name={self.prefix}-")
        if names:
            docker("rm", "--force", "--volumes", *names.split())
        volumes = docker("volume", "ls", "--quiet", "--filter", f"name={self.prefix}-").split()
        if volumes:
            docker("volume", "rm", "--force", *volumes)
        for network in ("backend", "backups"):
            docker("network", "rm", self.name(network), check=False)


@contextmanager
def running(site: Site) -> Iterator[Site]:
    """A site for as long as it is needed."""
    try:
        site.start()
        yield site
    finally:
        site.remove()
