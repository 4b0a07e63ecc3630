"""Laws of the secrets that a stack is given, or starts anew."""

import base64
import binascii
from collections.abc import Iterator

from components.secrets import ROTATABLE
from laws.case import Case
from mistakes import Mistake, unknown


def encryption_key_is_strong(case: Case) -> Iterator[Mistake]:
    """Fernet keys: 32 bytes in URL-safe base64, the newest first (audit S3).

    Dev may leave it out: the stack makes one.
    """
    keys = case.secrets.get("encryption-key")
    make = (
        "make one: python -c 'import base64, os; "
        "print(base64.urlsafe_b64encode(os.urandom(32)).decode())' | "
        "pulumi config set --secret task-tracker:encryption-key"
    )
    if not keys:
        if case.strict:
            yield Mistake("encryption-key", "is missing", make)
        return
    for key in keys.splitlines():
        try:
            length = len(base64.b64decode(key.encode(), altchars=b"-_", validate=True))
        except (binascii.Error, ValueError):
            yield Mistake("encryption-key", "is not URL-safe base64", make)
            return
        if length != 32:
            yield Mistake("encryption-key", f"has {length} bytes, Fernet needs 32", make)


def bot_has_its_token(case: Case) -> Iterator[Mistake]:
    """The bot can't start without a token, nor without an image."""
    if case.values.bot is None:
        return
    if "telegram-bot-token" not in case.secrets:
        yield Mistake(
            "telegram-bot-token", "is missing while the bot is on",
            "pulumi config set --secret task-tracker:telegram-bot-token, or remove bot",
        )  # fmt: skip
    if case.images.bot is None:
        yield Mistake("images.bot", "is missing while the bot is on", "name its image")


def rotations_are_of_secrets(case: Case) -> Iterator[Mistake]:
    """A rotation of a secret that is not there would rotate nothing."""
    for name in case.values.rotations:
        if name not in ROTATABLE:
            yield unknown(f"rotations.{name}", name, ROTATABLE)
