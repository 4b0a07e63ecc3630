"""Laws of the secrets that a stack is given, or starts anew."""

import base64
import binascii
from collections.abc import Iterator

from components.secrets import ROTATABLE
from laws.case import Case, Given
from mistakes import Mistake, unknown

# Characters of the passphrase of backups; base64 of 16 bytes has 24.
PASSPHRASE = 24

BUCKET_KEYS = ("s3-access-key", "s3-secret-key")

SET = "pulumi config set --secret task-tracker:"
NEW_PASSPHRASE = f"openssl rand -base64 32 | {SET}backup-passphrase, and keep a copy elsewhere"


def none_is_empty(case: Given) -> Iterator[Mistake]:
    """An empty secret is none, and would take the place of one that is generated."""
    for name, text in case.secrets.items():
        if not text.strip():
            yield Mistake(
                name, "is empty",
                f"{SET}{name}, or leave it out: pulumi config rm task-tracker:{name}",
            )  # fmt: skip


def encryption_key_is_strong(case: Given) -> Iterator[Mistake]:
    """Fernet keys: 32 bytes in URL-safe base64, the newest first (audit S3).

    Dev may leave it out: the stack makes one.
    """
    keys = case.secrets.get("encryption-key")
    make = (
        "make one: python -c 'import base64, os; "
        "print(base64.urlsafe_b64encode(os.urandom(32)).decode())' | "
        f"{SET}encryption-key"
    )
    if keys is None:
        if case.strict:
            yield Mistake("encryption-key", "is missing", make)
        return
    for key in keys.splitlines() if keys.strip() else ():
        try:
            length = len(base64.b64decode(key.encode(), altchars=b"-_", validate=True))
        except (binascii.Error, ValueError):
            yield Mistake("encryption-key", "is not URL-safe base64", make)
            return
        if length != 32:
            yield Mistake("encryption-key", f"has {length} bytes, Fernet needs 32", make)


def passphrase_is_strong(case: Given) -> Iterator[Mistake]:
    """What encrypts backups can't be guessed, and is one line of the files it is written to."""
    text = case.secrets.get("backup-passphrase", "")
    if text.strip() and len(text) < PASSPHRASE:
        yield Mistake("backup-passphrase", "is short", NEW_PASSPHRASE)
    elif text.strip() and not _one_line(text):
        yield Mistake("backup-passphrase", "has spaces at an end or two lines", "give one line")


def bucket_keys_are_lines(case: Given) -> Iterator[Mistake]:
    """Each is one line of the files it is written to."""
    for name in BUCKET_KEYS:
        text = case.secrets.get(name, "")
        if text.strip() and not _one_line(text):
            yield Mistake(name, "has spaces at an end or two lines", "give one line")


def strict_stacks_have_keys_of_backups(case: Given) -> Iterator[Mistake]:
    """Staging and prod are backed up to a bucket (audit B1, B2): known before its name is."""
    if case.strict:
        yield from missing_keys(case, bucket=True)


def missing_keys(case: Given, *, bucket: bool) -> Iterator[Mistake]:
    """What backups lack to be encrypted and, where there is a bucket, to be stored in it."""
    if "backup-passphrase" not in case.secrets:
        yield Mistake("backup-passphrase", "is missing", NEW_PASSPHRASE)
    for name in BUCKET_KEYS if bucket else ():
        if name not in case.secrets:
            yield Mistake(name, "is missing", SET + name)


def bot_has_its_token(case: Case) -> Iterator[Mistake]:
    """The bot can't start without a token."""
    if case.values.bot is not None and "telegram-bot-token" not in case.secrets:
        yield Mistake(
            "telegram-bot-token", "is missing while the bot is on",
            f"{SET}telegram-bot-token, or remove bot",
        )  # fmt: skip


def bot_asks_by_tls(case: Case) -> Iterator[Mistake]:
    """Its token is part of every address that it asks at; only dev may use a stand-in."""
    bot = case.values.bot
    if case.strict and bot is not None and not bot.base_url.startswith("https://"):
        yield Mistake("bot.base_url", "sends the token in clear", "write https://")


def rotations_are_of_secrets(case: Case) -> Iterator[Mistake]:
    """A rotation of a secret that is not there would rotate nothing."""
    for name in case.values.rotations:
        if name not in ROTATABLE:
            yield unknown(f"rotations.{name}", name, ROTATABLE)


def _one_line(text: str) -> bool:
    return text == text.strip() and len(text.splitlines()) == 1
