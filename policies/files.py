"""Files a plan carries: uploads into volumes and configs of a swarm."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from policies.planned import CONTAINER, SERVICE_CONFIG, Planned, Stack
from policies.values import UNKNOWN, Secret, Unknown

_PROGRAMS = (".py", ".js", ".ts", ".mjs", ".sh", ".sql", ".lua", ".rb", ".pl", ".php", ".html")


@dataclass(frozen=True)
class File:
    """A file of `owner`; path and text may be unknown. `where` names the input, for messages."""

    owner: Planned
    path: str | Unknown
    text: str | Unknown
    where: str

    @property
    def name(self) -> str:
        """The last part of the path; empty where that is unknown."""
        return PurePosixPath(self.path).name if isinstance(self.path, str) else ""

    @property
    def is_configuration(self) -> bool:
        """Whether it holds settings and no program, by its name."""
        return not self.name.endswith(_PROGRAMS)


def files_of(resource: Planned) -> Iterator[File]:
    """The files of one resource, those given by a path on this machine left out."""
    if resource.type == CONTAINER and resource.inputs.known("uploads"):
        for upload in resource.inputs.each("uploads"):
            text = upload.data.get("content") or _decoded(upload.data.get("contentBase64"))
            if text is not None:
                yield File(resource, _known(upload.data.get("file", "")), _known(text), upload.path)
    if resource.type == SERVICE_CONFIG:
        text = resource.data.get("dataRaw") or _decoded(resource.data.get("data"))
        if text is not None:
            name = resource.data.get("name") or resource.name
            yield File(resource, _known(name), _known(text), "data")


def files(stack: Stack) -> Iterator[File]:
    """The files of all resources."""
    for resource in stack.of(CONTAINER, SERVICE_CONFIG):
        yield from files_of(resource)


def _known(value: object) -> str | Unknown:
    """A path or a text; what is none is as good as unknown."""
    return value if isinstance(value, str) else UNKNOWN


def _decoded(value: object) -> str | Unknown | None:
    if value is None:
        return None
    if not isinstance(value, str):
        return UNKNOWN  # what is no text is as good as unknown
    try:
        text = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        text = value
    return Secret(text) if isinstance(value, Secret) else text
