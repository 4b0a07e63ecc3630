"""The application's processes, run from the sources, beside the servers they need."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
from cryptography.fernet import Fernet

from tests.live.app.nats_server import NatsServer
from tests.live.app.postgres import Postgres
from tests.live.app.processes import LONGEST, Process, free_port, wait_for

APP = Path(__file__).parents[3] / "app"
# One client, as each makes certificates ready; a connection for each request, as servers restart.
http = httpx.Client(timeout=10, limits=httpx.Limits(max_keepalive_connections=0))


class Stack:
    """The servers, the secrets and the processes of one test session."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.postgres = Postgres(home)
        self.nats = NatsServer(home)
        self.api_port = free_port()
        self.worker_port = free_port()
        self.admin_token = secrets.token_hex(16)
        self.statistics_password = secrets.token_hex(16)
        self.encryption_key = Fernet.generate_key().decode()
        self.processes = {"postgres": self.postgres.process, "nats": self.nats.process}

    def secret(self, name: str, value: str) -> str:
        """The path of a file that holds a secret."""
        path = self.home / "secrets" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(value)
        return str(path)

    def environ(self, service: str, **more: str) -> dict[str, str]:
        """The environment of one service, as a container would get it."""
        database = self.secret(f"database-{service}", self.postgres.passwords[service])
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(APP),
            "DATABASE_HOST": "127.0.0.1",
            "DATABASE_PORT": str(self.postgres.port),
            "DATABASE_USER": service,
            "DATABASE_PASSWORD_FILE": database,
            "DATABASE_POOL_SIZE": "5",
            "NATS_URL": f"nats://127.0.0.1:{self.nats.port}",
            "NATS_USER": service,
            "NATS_PASSWORD_FILE": self.secret(f"nats-{service}", self.nats.passwords[service]),
            "RELEASE": "sha-test",
            **more,
        }

    def api_environ(self, **more: str) -> dict[str, str]:
        """The api's environment."""
        own = {
            "PORT": str(self.api_port),
            "ENCRYPTION_KEY_FILE": self.secret("encryption-key", self.encryption_key),
            "ADMIN_TOKEN_FILE": self.secret("admin-token", self.admin_token),
            "STATISTICS_PASSWORD_FILE": self.secret("statistics", self.statistics_password),
            "CORS_ORIGINS": "https://tasks.example.org",
        }
        return self.environ("api", **{**own, **more})

    def python(self, name: str, module: str, environ: dict[str, str]) -> Process:
        """A module of the application, started."""
        command = [sys.executable, "-m", module]
        self.processes[name] = Process(name, command, self.home / f"{name}.log", environ)
        self.processes[name].start()
        return self.processes[name]

    def migrate(self, revision: str = "head", **more: str) -> subprocess.CompletedProcess[str]:
        """Run the migrations job to its end."""
        return subprocess.run(
            [sys.executable, "-m", "tasktracker.migrations", revision],
            env=self.environ("migrations", **more),
            capture_output=True,
            text=True,
            check=False,
        )

    def start_api(self, processes: int = 1) -> None:
        environ = self.api_environ(WEB_CONCURRENCY=str(processes))
        self.python("api", "tasktracker.api", environ)
        wait_for("the api to be ready", lambda: self.get("/ready").status_code == 200)

    def start_worker(self) -> None:
        environ = self.environ("worker", PORT=str(self.worker_port))
        self.python("worker", "tasktracker.worker", environ)
        wait_for("the worker to be well", lambda: self.worker_says("/health").status_code == 200)

    def url(self, path: str) -> str:
        """An address of the api."""
        return f"http://127.0.0.1:{self.api_port}{path}"

    def get(self, path: str, **headers: str) -> httpx.Response:
        return http.get(self.url(path), headers=headers)

    def post(self, path: str, content: object = None, **headers: str) -> httpx.Response:
        return http.post(self.url(path), json=content, headers=headers)

    def worker_says(self, path: str) -> httpx.Response:
        return http.get(f"http://127.0.0.1:{self.worker_port}{path}")

    def admin(self) -> dict[str, str]:
        """The header of an admin call."""
        return {"Authorization": f"Bearer {self.admin_token}"}

    def create(self, title: str, **more: str) -> str:
        """Create a task; its id."""
        answer = self.post("/api/tasks", {"title": title, **more})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def is_done(self, task: str) -> bool:
        return bool(self.get(f"/api/tasks/{task}").json()["status"] == "done")

    def wait_until_done(self, *ids: str, seconds: float = LONGEST) -> None:
        """Wait until the api shows each task as done."""
        for task in ids:
            wait_for(f"task {task} to be done", partial(self.is_done, task), seconds)

    @contextlib.contextmanager
    def worker_holds(self, title: str) -> Iterator[str]:
        """The id of a task that the worker has and can't finish while the block runs."""
        worker = self.processes["worker"]
        worker.send(signal.SIGSTOP)
        task = self.create(title)
        queued = f"SELECT queued_at IS NOT NULL FROM tasks WHERE id = '{task}'"
        wait_for("the stream to hold the task", lambda: self.postgres.owner(queued) == "t")
        with self.postgres.locked_tasks():
            worker.send(signal.SIGCONT)
            wait_for("the worker to hold the task", lambda: self.postgres.waits_for_lock("worker"))
            yield task
