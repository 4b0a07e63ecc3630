"""A bucket for the backups of live stacks: an S3 server over TLS, on this host."""

import ipaddress
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.live.app.processes import free_port, wait_for
from tests.live.pulumi_stack import docker
from tests.live.stacks import certificate

NAME = "live"
REGION = "us-east-1"
OFF = "0"


@dataclass(frozen=True)
class Bucket:
    """Where it is, and what opens it."""

    endpoint: str
    ca_file: str
    access_key: str
    secret_key: str

    def settings(self) -> dict[str, Any]:
        """The `backups` of a stack file; where in the bucket is the stack's own affair."""
        return {
            "offsite": {
                "endpoint": self.endpoint,
                "bucket": NAME,
                "region": REGION,
                "ca_file": self.ca_file,
            }
        }

    @property
    def secrets(self) -> dict[str, str]:
        """What a stack with such backups is given."""
        return {
            "s3-access-key": self.access_key,
            "s3-secret-key": self.secret_key,
            "backup-passphrase": secrets.token_urlsafe(24),
        }


@contextmanager
def bucket(folder: Path) -> Iterator[Bucket]:
    """SeaweedFS with its data in the folder, where containers reach this host."""
    address = address_on_bridge()
    found = Bucket(
        endpoint=f"{address}:{free_port()}",
        ca_file=str(folder / "tls.crt"),
        access_key=secrets.token_hex(10),
        secret_key=secrets.token_hex(20),
    )
    certificate(folder, f"IP:{address}")
    (folder / "data").mkdir()
    _write_keys(folder / "keys.json", found)
    filer = free_port()
    options = {
        "dir": folder / "data",
        "ip": address,
        "ip.bind": address,
        "master.port": free_port(),
        "master.port.grpc": free_port(),
        "master.volumeSizeLimitMB": 64,
        "volume.port": free_port(),
        "volume.port.grpc": free_port(),
        "volume.max": 200,
        "filer.port": filer,
        "filer.port.grpc": free_port(),
        "s3.port": found.endpoint.partition(":")[2],
        "s3.port.grpc": free_port(),
        "s3.port.iceberg": OFF,
        "s3.port.lance": OFF,
        "s3.iam": "false",
        "s3.cert.file": folder / "tls.crt",
        "s3.key.file": folder / "tls.key",
        "s3.config": folder / "keys.json",
    }
    program = Path(sys.executable).with_name("weed")
    command = [
        str(program),
        "server",
        "-s3",
        *(f"-{key}={value}" for key, value in options.items()),
    ]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            # A directory of its file server is a bucket; this asks for no signature.
            made = wait_for(
                f"the S3 server to answer (its log: {folder / 'log'})",
                lambda: httpx.post(f"http://{address}:{filer}/buckets/{NAME}/"),
            )
            assert made.status_code == 201, made.text
            yield found
        finally:
            server.kill()
            server.wait()


def address_on_bridge() -> str:
    """The host's own on the engine's first network: the first one there, unless it is given."""
    told = docker("network", "inspect", "bridge", "--format", "{{json .IPAM.Config}}")
    first = json.loads(told)[0]
    return str(first.get("Gateway") or next(ipaddress.ip_network(first["Subnet"]).hosts()))


def _write_keys(file: Path, made: Bucket) -> None:
    keys = {"accessKey": made.access_key, "secretKey": made.secret_key}
    stack = {"name": "stack", "credentials": [keys], "actions": ["Admin"]}
    with os.fdopen(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600), "w") as out:
        json.dump({"identities": [stack]}, out)
