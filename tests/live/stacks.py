"""The stack files of live tests: the project's own, with what one machine needs changed."""

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.live.pulumi_stack import PROJECT, ROOT

# More than this machine may have: limits are ceilings, and Docker refuses none of these.
HOST = {"cpus": 16, "memory": 20000}

ENVIRONMENTS = ("dev", "staging", "prod")


def dev(prefix: str, http_port: int) -> dict[str, Any]:
    """The dev stack, on other ports."""
    values = committed("dev")
    values["prefix"] = prefix
    values["host"] = HOST
    values["edge"] |= {"http_port": http_port}
    values["postgres"]["published"] = http_port + 1
    values["api"]["published"] = http_port + 2
    return values


def strict(environment: str, prefix: str, http_port: int, pushed: dict[str, Any]) -> dict[str, Any]:
    """Staging or prod, with images by digest from a registry on this machine, on other ports."""
    values = committed(environment)
    values["prefix"] = prefix
    values["host"] = HOST
    values["release"] = pushed["release"]
    values["images"] = pushed["images"]
    values["edge"] |= {
        "server_name": "localhost",
        "address": "127.0.0.1",
        "http_port": http_port,
        "https_port": http_port + 443,
        # The most that the rules call a limit: tests ask faster than people.
        "rate_limits": {"api_per_second": 1000, "api_burst": 2000},
    }
    return values


def committed(environment: str) -> dict[str, Any]:
    """The stack object of a committed stack file."""
    text = (ROOT / f"Pulumi.{environment}.yaml").read_text()
    values: dict[str, Any] = yaml.safe_load(text)["config"][f"{PROJECT}:stack"]
    return values


def fernet_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def certificate(folder: Path, names: str = "DNS:localhost") -> dict[str, str]:
    """A certificate made on the spot, as the secrets a stack is given."""
    folder.mkdir(parents=True, exist_ok=True)
    key, chain = folder / "tls.key", folder / "tls.crt"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", f"subjectAltName={names}", "-keyout", str(key), "-out", str(chain)],
        check=True, capture_output=True,
    )  # fmt: skip
    return {"tls-key": key.read_text(), "tls-certificate": chain.read_text()}


def built() -> dict[str, Any]:
    """What `images/build` made on this machine."""
    found: dict[str, Any] = json.loads((ROOT / "images" / "built.json").read_text())
    return found
