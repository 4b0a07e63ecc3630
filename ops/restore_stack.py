"""What a restore has to know of a stack: its file and its passphrase, and no state of it."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components import backup_configuration as text
from components.postgres import DATABASE
from settings import BUILT_IMAGES, PROJECT
from stack_file import BackupsSettings, Images, StackSettings
from toolchain import stacks

ROOT = Path(__file__).parents[1]


class Trouble(Exception):
    """Why a command can't go on: what it is about, the cause, and what to do."""


@dataclass(frozen=True)
class Stack:
    """A stack as its file describes it. `secrets` are in clear and must not be shown."""

    name: str
    folder: Path
    values: StackSettings
    images: Images
    secrets: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Stack({self.name!r})"

    @property
    def backups(self) -> BackupsSettings:
        if self.values.backups is None:
            raise Trouble(f"stack {self.name} has no backups: its file has no `backups`")
        return self.values.backups

    @property
    def repositories(self) -> tuple[str, ...]:
        return tuple(self.backups.numbers)

    def volume(self, name: str, generation: str | None = None) -> str:
        """The name of a data volume: of a given restore, or the one in use."""
        restored = self.values.restored
        generation = generation or (restored[-1] if restored else None)
        return f"{self.values.prefix}-{name}" + (f"-{generation}" if generation else "")

    def volumes(self, name: str) -> list[str]:
        """Every volume a kind of data was ever in, from old to new."""
        first = f"{self.values.prefix}-{name}"
        return [first, *(f"{first}-{generation}" for generation in self.values.restored)]

    def files(self) -> dict[str, str]:
        """The files, by path, that a container needs to read the backups."""
        backups = self.backups
        key, secret = self.secrets.get("s3-access-key"), self.secrets.get("s3-secret-key")
        s3 = (key, secret) if backups.offsite and key and secret else None
        if "backup-passphrase" not in self.secrets:
            raise Trouble(
                f"backup-passphrase of stack {self.name} is missing: nothing can be read without "
                "it. Take it from where it is kept: pulumi config set --secret "
                "task-tracker:backup-passphrase"
            )
        passphrase = self.secrets["backup-passphrase"]
        files = {
            text.PGBACKREST: text.repositories_conf(self.name, backups),
            text.PROGRAM: text.program(self.name, DATABASE, backups, nats=None, api=None),
            "/run/secrets/keys.conf": text.keys_conf(passphrase, s3),
            "/run/secrets/backup-passphrase": passphrase,
        }
        if s3:
            files["/run/secrets/s3-credentials"] = text.s3_credentials(*s3)
        if backups.offsite and backups.offsite.ca_file:
            files[text.CA_FILE] = (ROOT / backups.offsite.ca_file).read_text()
        return files

    def environment(self) -> dict[str, str]:
        """The environment of docker commands: the engine the stack runs on."""
        host = self.values.host.address
        return {**os.environ, **({"DOCKER_HOST": host} if host else {})}


def pulumi(folder: Path, *arguments: str, show: bool = False) -> str:
    """Run pulumi. Raises `Trouble` with what it said."""
    done = subprocess.run(
        ["pulumi", *arguments, "--cwd", str(folder), "--non-interactive"],
        text=True,
        stdout=None if show else subprocess.PIPE,
        stderr=None if show else subprocess.PIPE,
    )
    if done.returncode != 0:
        told = "see above" if show else (done.stderr or done.stdout).strip()[-800:]
        raise Trouble(f"pulumi {arguments[0]}: {told}")
    return "" if show else done.stdout


def options(stack: str, folder: Path) -> tuple[str, ...]:
    """What names a stack, and the file of it that Pulumi may write."""
    file = stacks.file(stack, os.environ, folder.resolve())
    return ("--stack", stack, "--config-file", str(file))


def load(name: str, folder: Path = ROOT) -> Stack:
    """Read a stack's file; its state may be lost. Raises `Trouble`."""
    if not (folder / f"Pulumi.{name}.yaml").is_file():
        raise Trouble(f"there is no Pulumi.{name}.yaml: a restore needs the stack file")
    if stacks.create(name, os.environ, folder) != 0:
        raise Trouble(f"stack {name} can't be made in the state's backend: see above")
    shown = json.loads(pulumi(folder, "config", "--json", "--show-secrets", *options(name, folder)))
    prefix = f"{PROJECT}:"
    given = {key.removeprefix(prefix): entry for key, entry in shown.items() if prefix in key}
    values = StackSettings.model_validate_json(_object(given), strict=True)
    secrets = {key: str(entry["value"]) for key, entry in given.items() if entry.get("secret")}
    return Stack(name, folder, values, _images(values), secrets)


def _object(given: Mapping[str, Any]) -> str:
    if "stack" not in given:
        raise Trouble(f"the stack file has no {PROJECT}:stack")
    return json.dumps(given["stack"].get("objectValue", json.loads(given["stack"]["value"])))


def _images(values: StackSettings) -> Images:
    if values.images is not None:
        return values.images
    if not BUILT_IMAGES.exists():
        raise Trouble("the stack file names no images and none were built: run `make images`")
    return Images.model_validate(json.loads(BUILT_IMAGES.read_text())["images"])
