"""Where Pulumi keeps the stacks' state, for a user who has not said where."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from toolchain.cache import NAME


def folder(env: Mapping[str, str]) -> Path:
    """The user's own folder for state that must outlive a cache."""
    home = Path(env.get("HOME") or Path.home())
    return Path(env.get("XDG_STATE_HOME") or home / ".local" / "state") / NAME


def chosen(env: Mapping[str, str], credentials: Path) -> bool:
    """Whether the user has said where: by a variable, or by `pulumi login`."""
    if env.get("PULUMI_BACKEND_URL") or env.get("PULUMI_ACCESS_TOKEN"):
        return True
    file = credentials / "credentials.json"
    return file.exists() and bool(json.loads(file.read_text()).get("current"))


def passphrase(home: Path) -> Path:
    """The file with the passphrase that encrypts the stacks' secrets, made once, for its owner.

    It is never replaced: without it what was encrypted is lost.
    """
    file = home / "passphrase"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file
    with os.fdopen(descriptor, "w") as handle:
        handle.write(secrets.token_urlsafe(32))
    return file


def variables(env: Mapping[str, str], credentials: Path) -> dict[str, str]:
    """What Pulumi must be told so that it keeps state on this machine; nothing if it knows."""
    if chosen(env, credentials):
        return {}
    home = folder(env)
    backend = home / "pulumi"
    backend.mkdir(parents=True, exist_ok=True, mode=0o700)
    told = {"PULUMI_BACKEND_URL": backend.as_uri()}
    if not env.get("PULUMI_CONFIG_PASSPHRASE") and not env.get("PULUMI_CONFIG_PASSPHRASE_FILE"):
        told["PULUMI_CONFIG_PASSPHRASE_FILE"] = str(passphrase(home))
    return told
