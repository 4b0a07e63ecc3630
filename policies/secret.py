"""What looks like a secret: by the name it has, or by what it is."""

from __future__ import annotations

import re

# After Trivy DS-0031 and the names the audits found; a name that ends so holds a secret.
_NAME = re.compile(
    r"(?:^|_)(?:[A-Z]*(?:PASSWORDS?|PASSWD|PASSPHRASE|SECRETS?|TOKENS?|API_?KEYS?)|PASS|PWD|KEY"
    r"|CREDENTIALS?|DSN|AUTH|COOKIE|SALT|PIN|ACCESS_KEY_ID|REQUIREPASS)"
    r"(?:_?\d+|_BASE|_HASH|_VALUE|_DEFAULT)?$"
)
_NO_SECRET = re.compile(
    r"(?:_FILE|_PATH|_DIR|PUBLIC_KEY|PRIMARY_KEY|^PWD|^OLDPWD|(?:^|_)(?:MAX|MIN|NUM|TOTAL)_TOKENS)$"
)
_PLAIN = {"", "true", "false", "yes", "no", "on", "off", "0", "1", "none", "null"}
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[-.]")

PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----")
_TEXT = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|[a-z][a-z0-9+.-]*://[^\s/:@]*:[^\s/@${]+@"  # a password inside a URL
    r"|\bAKIA[0-9A-Z]{16}\b"  # AWS
    r"|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_\w{22,}"
    r"|\bglpat-[\w-]{20}\b"
    r"|\bxox[abprs]-[A-Za-z0-9-]{10,}"  # Slack
    r"|\b\d{8,10}:[A-Za-z0-9_-]{35}\b"  # a Telegram bot
    r"|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+"  # a JSON web token
    r"|\bsk-[A-Za-z0-9_-]{20,}|\bsk_live_\w{16,}"
)
_OPTION = re.compile(
    r"^-{1,2}[\w.-]*(?:password|passwd|passphrase|requirepass|masterauth|secret|token|api-?key)"
    r"(?![\w-]*(?:file|path|dir|length|ttl|expir))[\w.-]*$",
    re.IGNORECASE,
)

# What an attacker tries first.
WEAK = {
    *("", "postgres", "admin", "root", "password", "passwd", "secret", "changeme", "change-me"),
    *(
        "guest",
        "test",
        "minioadmin",
        "elastic",
        "mariadb",
        "rabbitmq",
        "toor",
        "pass",
        "example",
        "default",
        "user",
        "nats",
        "redis",
        "mysql",
        "123456",
        "12345",
    ),
    *("qwerty", "letmein", "admin123", "password1", "password123", "postgres123", "tasktracker"),
}


def secret_name(name: str) -> bool:
    """Whether what is called so holds a secret, and not the path of one."""
    upper = _HUMP.sub("_", name).upper()
    return bool(_NAME.search(upper)) and not _NO_SECRET.search(upper)


def secret_text(value: str) -> bool:
    """Whether the text holds a key, a token or a password, whatever it is called."""
    return bool(_TEXT.search(value))


def secret_value(value: str) -> bool:
    """Whether a value under a secret's name is one: no switch, no path, no reference."""
    plain = value.strip().strip("\"'").lower()
    return plain not in _PLAIN and not plain.startswith(("/", "$")) and value != "********"


def secret_options(words: list[str]) -> list[str]:
    """Options of a command line that are given a secret as their value."""
    found = []
    for index, word in enumerate(words):
        name, equals, value = word.partition("=")
        value = value if equals else (words[index + 1] if index + 1 < len(words) else "")
        if _OPTION.match(name) and secret_value(value) and not value.startswith("-"):
            found.append(name)
    return found


def weak(value: str) -> bool:
    """Whether a secret can be guessed."""
    return value.strip().lower() in WEAK
