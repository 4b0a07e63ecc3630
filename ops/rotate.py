"""Start a secret anew: `make rotate SECRET=api-database STACK=prod`.

Nothing that uses it is locked out. A login has two accounts, and the one in use so far is served
for another hour; an encryption key goes before the old one, which still decrypts.
"""

import base64
import os
import subprocess
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from components.secrets import ROTATABLE
from toolchain import stacks

PROJECT = "task-tracker"
ENCRYPTION_KEY = "encryption-key"
BAD_INPUT = 2

# Secrets that somebody else hands out: a new value comes from there.
HANDED_OUT = {
    "tls-certificate": "your certificate authority",
    "tls-key": "your certificate authority",
    "telegram-bot-token": "BotFather",
    "s3-access-key": "your S3 provider",
    "s3-secret-key": "your S3 provider",
}

console = Console()


class Refused(Exception):
    """It can't be rotated; the message says why and what can be done."""


def main(
    stack: Annotated[str, typer.Option(help="the stack, such as prod")],
    secret: Annotated[str, typer.Option(help="which; without it they are listed")] = "",
    yes: Annotated[bool, typer.Option(help="deploy without a question")] = False,
    directory: Annotated[Path, typer.Option(help="where the stack file is")] = Path("."),
) -> None:
    """Rotate a secret of a stack and deploy the change. Exit status 2: it can't be rotated."""
    config = Config(stack, directory)
    try:
        if not secret:
            console.print(_table(config))
            return
        _rotate(secret, config)
    except Refused as error:
        Console(stderr=True).print(f"rotate: {error}", style="red", markup=False, highlight=False)
        raise typer.Exit(BAD_INPUT) from None
    file = stacks.file(stack, os.environ, directory.resolve())
    deploy = ["pulumi", "up", "--stack", stack, "--cwd", str(directory)]
    done = subprocess.run([*deploy, "--config-file", str(file), *(["--yes"] if yes else [])])
    if done.returncode != 0:
        console.print(
            f"The change of {secret} is in the stack file and was not deployed; both the old and "
            f"the new value are good. Mend what failed, then: pulumi up --stack {stack}"
        )
    raise typer.Exit(done.returncode)


class Config:
    """A stack's configuration, through Pulumi: values go by pipes, never by arguments."""

    def __init__(self, stack: str, directory: Path) -> None:
        self._options = ["--stack", stack, "--cwd", str(directory), "--non-interactive"]

    def get(self, key: str) -> str | None:
        """A value in clear, or None where there is none."""
        argv = ["pulumi", "config", "get", "--path", f"{PROJECT}:{key}", *self._options]
        done = subprocess.run(argv, capture_output=True, text=True)
        if done.returncode == 0:
            return done.stdout.strip()
        if "not found" in done.stderr:
            return None
        raise Refused(done.stderr.strip() or "pulumi config get failed")

    def count(self, secret: str) -> int:
        """How often a generated secret was started anew."""
        return int(self.get(f"stack.rotations.{secret}") or 0)

    def set_count(self, secret: str, count: int) -> None:
        key = f"{PROJECT}:stack.rotations.{secret}"
        self._set(["--path", key, str(count)], None)

    def set_secret(self, secret: str, value: str) -> None:
        self._set(["--secret", f"{PROJECT}:{secret}"], value)

    def _set(self, arguments: list[str], value: str | None) -> None:
        argv = ["pulumi", "config", "set", *arguments, *self._options]
        done = subprocess.run(argv, input=value, capture_output=True, text=True)
        if done.returncode != 0:
            raise Refused(done.stderr.strip() or "pulumi config set failed")


def _rotate(secret: str, config: Config) -> None:
    if secret in ROTATABLE:
        count = config.count(secret) + 1
        config.set_count(secret, count)
        console.print(f"{secret}: start number {count}")
    elif secret == ENCRYPTION_KEY:
        old = config.get(secret)
        if old is None:
            raise Refused(
                f"{secret}: this stack makes its own and keeps it with its data; give it one first:"
                f" pulumi config set --secret {PROJECT}:{secret}"
            )
        config.set_secret(secret, f"{_fernet_key()}\n{old}")
        console.print(f"{secret}: a new key encrypts, {len(old.splitlines())} older decrypt")
    elif secret in HANDED_OUT:
        raise Refused(
            f"{secret} comes from {HANDED_OUT[secret]}; with the new one in a file:"
            f" pulumi config set --secret {PROJECT}:{secret} < FILE, then pulumi up"
        )
    else:
        known = ", ".join([*ROTATABLE, ENCRYPTION_KEY])
        raise Refused(f"{secret}: there is no such secret; there are {known}")


def _fernet_key() -> str:
    """32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def _table(config: Config) -> Table:
    table = Table("secret", "started anew", title="Secrets that can be rotated")
    for secret in ROTATABLE:
        table.add_row(secret, f"{config.count(secret)} times")
    table.add_row(ENCRYPTION_KEY, "a key goes before the older ones")
    return table


if __name__ == "__main__":
    typer.run(main)
