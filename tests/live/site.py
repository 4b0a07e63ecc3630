"""The outside of a stack that is up: a client that trusts its certificate and nothing else."""

import base64
import hashlib
import ssl
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.live.app.processes import wait_for
from tests.live.pulumi_stack import PulumiStack

# A task is done in well under a second; a worker that starts first asks every second.
DONE_SECONDS = 30.0


@dataclass(frozen=True)
class Site:
    """One stack, at its address."""

    stack: PulumiStack

    @cached_property
    def origin(self) -> str:
        return self.stack.outputs()["address"]

    @property
    def plain_origin(self) -> str:
        """Where it listens without TLS."""
        return f"http://localhost:{self.stack.values['edge']['http_port']}"

    @property
    def certificate(self) -> str | None:
        """The one the stack was given, PEM."""
        return self.stack.secrets.get("tls-certificate")

    @cached_property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cadata=self.certificate)

    @cached_property
    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.origin, verify=self.trust, timeout=30)

    def look_again(self) -> None:
        """Trust the certificate that the stack is given now, on new connections."""
        self.client.close()
        for kept in ("trust", "client"):
            self.__dict__.pop(kept, None)

    @property
    def key_pin(self) -> str | None:
        """SHA-256 of the certificate's public key in Base64: how Chromium names one to trust."""
        if self.certificate is None:
            return None
        key = x509.load_pem_x509_certificate(self.certificate.encode()).public_key()
        info = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(hashlib.sha256(info).digest()).decode()

    def create(self, title: str) -> httpx.Response:
        answer = self.client.post("/api/tasks", json={"title": title})
        assert answer.status_code == 201, f"{answer.status_code}: {answer.text}"
        return answer

    def task(self, task: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"/api/tasks/{task}").json()
        return found

    def done(self, task: str) -> dict[str, Any]:
        """The task, once the worker has been at it."""

        def look() -> dict[str, Any] | None:
            found = self.task(task)
            return found if found["status"] == "done" else None

        found = wait_for(f"task {task} to be done", look, DONE_SECONDS)
        assert found
        return found
