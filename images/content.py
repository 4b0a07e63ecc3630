"""The content of an image before it is built: one hash over everything that goes into it."""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

DIGITS = 12


def short(parts: Iterable[bytes]) -> str:
    """`sha-` and 12 hex digits; each part counts with its length, so parts never run together."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return f"sha-{digest.hexdigest()[:DIGITS]}"


def of_directory(context: Path, arguments: Mapping[str, str] | None = None) -> str:
    """The hash of a build: the files sent, the Dockerfile, the arguments.

    Counted: path, content, the executable bit, where a link points. Not counted: times and owners.
    """
    return short(_parts(context, arguments or {}))


def _parts(context: Path, arguments: Mapping[str, str]) -> Iterator[bytes]:
    for key in sorted(arguments):
        yield f"{key}={arguments[key]}".encode()
    dockerfile = context / "Dockerfile"
    if dockerfile.is_file():  # read even where .dockerignore names it
        yield dockerfile.read_bytes()
    for name in sent(context):
        file = context / name
        yield name.encode()
        if file.is_symlink():
            yield b"link"
            yield os.readlink(file).encode()
        else:
            yield b"program" if os.access(file, os.X_OK) else b"file"
            yield file.read_bytes()


def sent(context: Path) -> list[str]:
    """The files of a context that .dockerignore lets through, as sorted relative paths."""
    ignore = context / ".dockerignore"
    rules = parse_ignore(ignore.read_text()) if ignore.is_file() else []
    names = []
    for directory, directories, files in os.walk(context):
        relative = Path(directory).relative_to(context)
        links = [name for name in directories if (Path(directory) / name).is_symlink()]
        names += [(relative / name).as_posix() for name in files + links]
        if not any(wanted for _, wanted in rules):
            directories[:] = [
                name for name in directories if not ignored((relative / name).as_posix(), rules)
            ]
    return sorted(name for name in names if not ignored(name, rules))


def ignored(path: str, rules: Iterable[tuple[re.Pattern[str], bool]]) -> bool:
    """Whether .dockerignore keeps the path out: the last rule that matches it decides."""
    out = False
    for pattern, wanted in rules:
        if pattern.fullmatch(path):
            out = not wanted
    return out


def parse_ignore(text: str) -> list[tuple[re.Pattern[str], bool]]:
    """The rules of a .dockerignore: a pattern of paths, and whether it lets them in."""
    rules = []
    for line in text.splitlines():
        rule = line.strip()
        if not rule or rule.startswith("#"):
            continue
        wanted = rule.startswith("!")
        rule = rule.removeprefix("!").strip().strip("/").removeprefix("./")
        rules.append((re.compile(_expression(rule) + "(/.*)?"), wanted))
    return rules


def _expression(rule: str) -> str:
    expression = ""
    for token in re.split(r"(\*\*/?|\*|\?|\[[^]]*\])", rule):
        if token == "**/":
            expression += "(.*/)?"
        elif token == "**":
            expression += ".*"
        elif token == "*":
            expression += "[^/]*"
        elif token == "?":
            expression += "[^/]"
        elif token.startswith("[") and token.endswith("]"):
            expression += token.replace("[!", "[^")
        else:
            expression += re.escape(token)
    return expression
