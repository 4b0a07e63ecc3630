"""A real server that speaks S3 over TLS, on this machine, that tests can stop and break."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from images import tools
from tests.live.pulumi_stack import docker
from toolchain.cache import locate

MODULE = "github.com/versity/versitygw/cmd/versitygw"
VERSION = "v1.0.14"
BUCKET = "backups"
KEY, SECRET = "backup-key", "backup-secret-0123456789"


def program() -> Path:
    """The server, compiled once into the cache."""
    folder = locate(os.environ).tool("versitygw", VERSION)
    server = folder / "versitygw"
    if not server.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [
                str(tools.compiler()),
                "install",
                "-trimpath",
                "-ldflags=-s -w",
                f"{MODULE}@{VERSION}",
            ],
            check=True,
            env={**os.environ, "GOBIN": str(folder), "CGO_ENABLED": "0"},
        )
    return server


def gateway() -> str:
    """The address at which containers reach this machine."""
    said = docker("network", "inspect", "bridge", "--format", "{{json .IPAM.Config}}")
    for config in json.loads(said):
        if address := config.get("Gateway") or config.get("Subnet", "").replace(".0/16", ".1"):
            return str(address)
    raise AssertionError(f"the engine's bridge has no address: {said}")


@dataclass
class S3:
    """A running server; its objects are plain files below `objects`."""

    folder: Path
    host: str
    port: int
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def endpoint(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def objects(self) -> Path:
        return self.folder / "objects" / BUCKET

    def start(self, secret: str = SECRET) -> None:
        """Start it with a key that has this secret; returns when it answers."""
        (self.folder / "objects" / BUCKET).mkdir(parents=True, exist_ok=True)
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            [
                str(program()), "--quiet", "--port", self.endpoint,
                "--cert", str(self.folder / "server.pem"), "--key", str(self.folder / "server.key"),
                "posix", str(self.folder / "objects"),
            ],
            stdout=log, stderr=log,
            env={**os.environ, "ROOT_ACCESS_KEY": KEY, "ROOT_SECRET_KEY": secret},
        )  # fmt: skip
        deadline = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < deadline, f"no S3 server at {self.endpoint}"

    def _answers(self) -> bool:
        try:
            socket.create_connection((self.host, self.port), timeout=0.5).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.process = None

    def certify(self) -> None:
        """An authority and a certificate for this address, made on the spot."""
        new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        names = self.folder / "names"
        names.write_text(f"subjectAltName=IP:{self.host}")
        for argv in (
            ["req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
             "-subj", "/CN=authority of a test"],
            ["req", *new, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=s3"],
            ["x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
             "-CAcreateserial", "-days", "2", "-extfile", str(names), "-out", "server.pem"],
        ):  # fmt: skip
            subprocess.run(["openssl", *argv], check=True, capture_output=True, cwd=self.folder)


@contextmanager
def serving(folder: Path) -> Iterator[S3]:
    """A server of its own for one test module."""
    folder.mkdir(parents=True)
    host = gateway()
    with socket.create_server((host, 0)) as free:
        port = free.getsockname()[1]
    server = S3(folder, host, port)
    server.certify()
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder / "objects", ignore_errors=True)
