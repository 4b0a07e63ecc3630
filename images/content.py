"""The content of an image before it is built: one hash over everything that goes into it."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from images import ignore

DIGITS = 12


def short(parts: Iterable[bytes]) -> str:
    """`sha-` and 12 hex digits; each part counts with its length, so parts never run together."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return f"sha-{digest.hexdigest()[:DIGITS]}"


def of_build(files: str, arguments: Mapping[str, str]) -> str:
    """The hash of a build: of its files (`of_files`) and its arguments."""
    return short(
        [files.encode(), *(f"{key}={arguments[key]}".encode() for key in sorted(arguments))]
    )


def of_files(context: Path) -> str:
    """The hash of what a build sends, and of the Dockerfile.

    Counted: path, content, the executable bit, where a link points. Not counted: times and owners.
    """
    return short(_parts(context))


def _parts(context: Path) -> Iterator[bytes]:
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
    file = context / ".dockerignore"
    rules = ignore.parse(file.read_text()) if file.is_file() else []
    names = []
    for directory, directories, files in os.walk(context):
        inside = Path(directory).relative_to(context)
        links = [name for name in directories if (Path(directory) / name).is_symlink()]
        names += [(inside / name).as_posix() for name in files + links]
        directories[:] = [
            name for name in directories if ignore.may_hold((inside / name).as_posix(), rules)
        ]
    return sorted(name for name in names if not ignore.matches(name, rules))
