"""What looks like a secret: by the name it has, or by what it is."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

# After Trivy DS-0031 and the names the audits found; a name that ends so holds a secret.
_STRONG = (
    r"[A-Z]*(?:PASSWORDS?|PASSWD|PASSPHRASE|PASSCODE|SECRETS?|TOKENS?"
    r"|(?:API|ACCESS|SECRET|PRIVATE|ENCRYPTION|SIGNING|MASTER)_?KEYS?)"
    r"|PASS|SSHPASS|PWD|PW|REQUIREPASS|MASTERAUTH"
)
_NAME = re.compile(
    rf"(?:^|_)(?:{_STRONG}|KEY|CREDENTIALS?|DSN|AUTH|COOKIE|SALT|PIN|ACCESS_KEY_ID|TOKEN_ID)"
    r"(?:_?\d+|_BASE|_HASH|_VALUE|_DEFAULT)?$"
)
_PASSWORD = re.compile(r"PASS(?:WORD|WD|PHRASE|CODE)?S?\d*$|(?:^|_)(?:PWD|PW)\d*$")
_NO_SECRET = re.compile(
    r"(?:_FILE|_PATH|_DIR|PUBLIC_KEY|^PWD|^OLDPWD"
    r"|(?:^|_)(?:PRIMARY|FOREIGN|CACHE|PARTITION|SORT|ROUTING|GROUP|INDEX|LOOKUP|SHARD|RANGE|MAP"
    r"|ROW|TAG|LABEL|DEDUP(?:LICATION)?|IDEMPOTENCY)_KEYS?"
    r"|(?:^|_)(?:MAX|MIN|NUM|TOTAL)_(?:[A-Z]+_)*TOKENS)$"
)
_SWITCH = {"", "true", "false", "yes", "no", "on", "off", "0", "1", "none", "null"}
# Under these a password's name is a question, and its answer a switch.
_ASKED = re.compile(
    r"(?:^|_)(?:ALLOW|EMPTY|RANDOM|ENABLED?|DISABLED?|USE|REQUIRED?|NO|WITH|HAS|RESET|FORCE|SKIP)_"
)
# Ways to log in, where a name that ends in AUTH says which.
_METHODS = {
    *("basic", "login", "plain", "digest", "cram-md5", "md5", "scram-sha-256", "scram-sha-512"),
    *("ldap", "oauth", "oauth2", "xoauth2", "oidc", "saml", "jwt", "bearer", "token", "password"),
    *("internal", "external", "local", "ntlm", "kerberos", "negotiate", "tls", "mtls", "peer"),
}
_PATH = re.compile(
    r"/(?:run|etc|var|secrets?|vault|certs?|keys?|ssl|tls|config|data|home|opt|usr|app|mnt|tmp|srv"
    r"|root|live)/\S*|/\S*\.\w{1,5}"
)
# What stands for a value that is put in elsewhere.
_REFERENCE = (
    r"(?:\$[A-Z_][A-Z0-9_]*|\$\{[^}]*\}|\$\([^)]*\)"
    r"|\{\{[^}]*\}\}|%\([^)]*\)s|%\{[^}]*\}|<[^>]*>|\*+)"
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[-.]")

# The shapes vendors give their tokens, by their own documents; gitleaks keeps the same list.
_SHAPES = (
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",  # AWS
    r"\bAIza[\w-]{35}",  # Google
    r"\bGOCSPX-[\w-]{28}",
    r"\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_\w{22,}",
    r"\bgl(?:pat|dt|rt|cbt|ptt|ft)-[\w-]{20}",  # GitLab
    r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bxapp-\d-[A-Za-z0-9-]{10,}",  # Slack
    r"https://hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/\w+/\S+",
    r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d+/\S+",
    r"https://[\w.-]+\.webhook\.office\.com/\S+",
    r"(?<!\d)\d{8,10}:[A-Za-z0-9_-]{35}\b",  # a Telegram bot
    r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+",  # a JSON web token
    r"\bsk-[A-Za-z0-9_-]{20,}",  # OpenAI, Anthropic
    r"\b[rs]k_(?:live|test)_\w{16,}|\bwhsec_[A-Za-z0-9+/=]{20,}",  # Stripe
    r"\bSG\.[\w-]{16,}\.[\w-]{16,}",  # SendGrid
    r"\bhf_[A-Za-z]{30,}",  # Hugging Face
    r"\bnpm_[A-Za-z0-9]{36}",
    r"\bpypi-[\w-]{50,}",
    r"\bdo[opr]_v1_[a-f0-9]{64}",  # DigitalOcean
    r"\bdckr_(?:pat|oat)_[\w-]{20,}",
    r"\bhv[sb]\.[\w-]{24,}",  # HashiCorp Vault
    r"\bglsa_\w{32}_[a-f0-9]{8}",  # Grafana
    r"\bpul-[a-f0-9]{40}",
    r"\bAGE-SECRET-KEY-1\w+",
    r"(?i:(?:Account|SharedAccess)Key)=[A-Za-z0-9+/=]{20,}",  # Azure
)
_TEXT = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY"
    # A password inside a URL, then one inside a connection string.
    rf"|(?i:[a-z][a-z0-9+.-]{{0,30}})://[^\s/:@]*:(?!{_REFERENCE}@)[^\s/@]+@"
    rf"|(?i:(?:^|[;\"'])\s*(?:password|pwd)\s*=\s*(?!{_REFERENCE})[^\s;\"']+\s*;)"
    rf"|(?i:;\s*(?:password|pwd)\s*=\s*(?!{_REFERENCE})[^\s;\"']+)"
    rf"|(?i:[?&](?:ssl)?(?:password|passwd|pwd|token|access_token|secret|api_?key)=)"
    rf"(?!{_REFERENCE})[^&\s\"']+"  # in a query
    rf"|(?i:\bauthorization:\s*(?:bearer|basic|token))\s+(?!{_REFERENCE}|\$\w)[^\s\"']+"
    rf"|(?i:\b(?:bearer|basic))\s+(?!{_REFERENCE})(?=\S*\d)[\w.~+/-]{{8,}}=*"
    "|" + "|".join(_SHAPES)
)
_OPTION = re.compile(
    r"^-{1,2}(?:[\w.-]*(?:password|passwd|passphrase|passcode|requirepass|masterauth|secret|token"
    r"|(?:api|access|secret|private|encryption)-?key)"
    r"(?![\w-]*(?:file|path|dir|length|ttl|expir|ur[il]|endpoint|name|stdin|type|header|env))[\w.-]*"
    r"|(?:[\w.-]*[._-])?(?:pass|pwd|pw))$",
    re.IGNORECASE,
)
# What can't be a letter with a password glued to it.
_SPELLED = re.compile(r"--|-D|-(?:\w+[._-])*(?:pass\w*|secret|token|pwd|pw|\w*key)$")
_ASSIGNMENT = re.compile(r"([A-Za-z_][\w.-]*)=(.+)", re.DOTALL)
# Short options that take a password, by program: glued to it, or as the word behind it.
_SHORT = {
    **dict.fromkeys(("mysql", "mysqladmin", "mysqldump", "mariadb", "mariadb-admin"), r"-p(?=.)"),
    **dict.fromkeys(("mariadb-dump", "healthcheck.sh"), r"-p(?=.)"),
    **dict.fromkeys(("mongo", "mongosh", "mongodump", "rabbitmqadmin", "sshpass"), "-p"),
    **dict.fromkeys(("redis-cli", "valkey-cli", "keydb-cli"), "-a"),
    **dict.fromkeys(("ldapsearch", "ldapwhoami"), "-w"),
    "curl": r"(?:-u|--user)(?=$|[^:]*:.)",
}
# A line of a configuration that gives a secret by its name, in the forms such files have.
_LINE = re.compile(
    r"""["']?(?<![\w.$-])([A-Za-z][\w.-]*)(?:["']?\s*=>?\s*|:[ \t]+|["']\s*:\s*)"""
    r"""(?:"([^"\n]+)"|'([^'\n]+)'|([^\s"'`,;}()\[\]{][^\s"',;}()\[\]]*)(?![(\[]))"""
)
_BARE_LINE = re.compile(r"(?m)^\s*(requirepass|masterauth)\s+(?![$<{])(\S+)")

# What an attacker tries first; digits and marks behind one change nothing.
WEAK = {
    *("", "postgres", "admin", "root", "password", "passwd", "secret", "changeme", "change-me"),
    *("guest", "test", "minioadmin", "elastic", "mariadb", "rabbitmq", "toor", "pass", "example"),
    *("default", "user", "nats", "redis", "mysql", "qwerty", "letmein", "tasktracker", "changeit"),
    *("welcome", "abc", "docker", "grafana", "prometheus", "hunter", "master", "demo", "dev"),
}
_LEET = str.maketrans("@04$31!5", "aoaseils")


def secret_name(name: str) -> bool:
    """Whether what is called so holds a secret, and not the path of one."""
    upper = _HUMP.sub("_", name).upper()
    return bool(_NAME.search(upper)) and not _NO_SECRET.search(upper)


def strong_name(name: str) -> bool:
    """Whether what is called so can be nothing but a secret: a key of a table is called key too."""
    upper = _HUMP.sub("_", name).upper()
    return bool(re.search(rf"(?:^|_)(?:{_STRONG})$", upper)) and secret_name(name)


def secret_text(value: str) -> bool:
    """Whether the text holds a key, a token or a password, whatever it is called."""
    return bool(_TEXT.search(value))


def secret_value(value: str, name: str = "") -> bool:
    """Whether a value under a secret's name is one: no switch, no path, no reference.

    Under a password's name `true` and `none` are passwords.
    """
    plain = value.strip().strip("\"'")
    upper = _HUMP.sub("_", name).upper()
    if plain == "" or re.fullmatch(_REFERENCE, plain) or _PATH.fullmatch(plain):
        return False
    if upper.endswith("AUTH") and plain.lower() in _METHODS:
        return False
    switch = plain.lower() in _SWITCH
    return not switch or bool(_PASSWORD.search(upper)) and not _ASKED.search(upper)


def secret_options(words: Sequence[str]) -> list[str]:
    """Options and variables of a command line that are given a secret as their value.

    A word that is a text for a shell is read as the words it holds.
    """
    found = []
    flat = [part for word in words for part in _words(word)]
    short = next((_SHORT[p] for w in flat if (p := w.rpartition("/")[2]) in _SHORT), None)
    for index, word in enumerate(flat):
        following = flat[index + 1] if index + 1 < len(flat) else ""
        name, equals, value = word.partition("=")
        value = value if equals else following
        if short and (option := re.match(short, word)):
            value = word[option.end() :] or following
            if "u" in option[0] and ":" not in value:
                continue  # curl asks for the password
            if _given(value) and not value.startswith("-"):
                found.append(option[0])
        elif _OPTION.match(name):
            if _given(value) and not value.startswith("-"):
                found.append(name if _SPELLED.match(name) else name[:2])
        elif assigned := _ASSIGNMENT.fullmatch(word):
            name, value = assigned.groups()
            named = strong_name(name) or (name.isupper() and secret_name(name))
            if named and _given(value, name):
                found.append(name)
    return found


def _given(value: str, name: str = "") -> bool:
    """Whether a command line gives a secret away; a shell's variables may have any name."""
    return secret_value(value, name) and not re.match(r"\$[\w{(]|`", value.strip("\"'"))


def _words(text: str) -> list[str]:
    if not re.search(r"\s", text):
        return [text]
    try:
        lexer = shlex.shlex(text, posix=True, punctuation_chars=";&|")
        lexer.whitespace_split = True
        lexer.commenters = ""
        return list(lexer)
    except ValueError:
        return text.split()


def secret_lines(text: str) -> list[str]:
    """Names that a configuration file gives a secret to."""
    given = [
        (found[1], found[2] or found[3] or found[4])
        for found in _LINE.finditer(text)
        if strong_name(found[1])
    ]
    given += [(found[1], found[2]) for found in _BARE_LINE.finditer(text)]
    return [
        name
        for name, value in given
        if secret_value(value) and not re.match(r"[$<{%!*&|>~]", value.strip())
    ]


def weak(value: str) -> bool:
    """Whether a secret can be guessed."""
    plain = value.strip().lower()
    if re.fullmatch(r"\d{0,8}", plain):
        return True
    tried = {plain, plain.translate(_LEET)}
    return any(text in WEAK or (text.rstrip("0123456789!.") or "-") in WEAK for text in tried)
