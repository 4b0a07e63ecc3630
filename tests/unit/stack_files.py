"""The committed stack files, and good secrets to go with them."""

import base64
import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from stack_file import StackSettings
from tests.unit.certificates import pair

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ("dev", "staging", "prod")

SECRETS: dict[str, str] = {
    "encryption-key": base64.urlsafe_b64encode(b"canary-of-the-encryption-key-32b").decode(),
    **pair().secrets,
    "backup-passphrase": base64.b64encode(b"canary-of-the-backup-passphrase!").decode(),
    "s3-access-key": "canary-of-the-access-key",
    "s3-secret-key": "canary-of-the-secret-key",
}

# What is said of dev where nothing was built on this machine.
BUILT = {
    part: f"task-tracker/{part}:sha-0123abc"
    for part in (
        "files", "postgres", "nats", "nginx", "api", "worker", "migrations", "dashboard", "bot",
    )
}  # fmt: skip


def stack_object(environment: str, changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The stack object of a committed file, with values put at dotted paths."""
    text = (ROOT / f"Pulumi.{environment}.yaml").read_text()
    found: dict[str, Any] = copy.deepcopy(yaml.safe_load(text)["config"]["task-tracker:stack"])
    for path, value in (changes or {}).items():
        *parents, last = path.split(".")
        place = found
        for parent in parents:
            place = place.setdefault(parent, {})
        if value is None:
            place.pop(last, None)
        else:
            place[last] = value
    return found


def stack(environment: str, changes: Mapping[str, Any] | None = None) -> StackSettings:
    """The same, as settings."""
    text = json.dumps(stack_object(environment, changes))
    return StackSettings.model_validate_json(text, strict=True)
