"""An image reference in its parts, as Docker reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")


@dataclass(frozen=True)
class Reference:
    """`registry/repository:tag@digest`. A bare image id has only `digest`."""

    registry: str
    repository: str
    tag: str
    digest: str

    @property
    def name(self) -> str:
        """The last part of the repository: `postgres` of `docker.io/library/postgres`."""
        return self.repository.rpartition("/")[2]

    @property
    def is_pinned(self) -> bool:
        """Whether its digest is a whole one: the engine pulls nothing by a part."""
        return bool(_DIGEST.fullmatch(self.digest))


def parse(image: str) -> Reference:
    """The parts of `image`; the registry is docker.io where none is named."""
    if image.startswith("sha256:"):
        return Reference("", "", "", image)
    rest, _, digest = image.partition("@")
    path, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:  # that colon was a registry's port
        path, tag = rest, ""
    first, slash, others = path.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return Reference(first, others, tag, digest)
    repository = path if slash else f"library/{path}"
    return Reference("docker.io", repository if path else "", tag, digest)
