"""Image references."""

from __future__ import annotations

import pytest

from policies.image import Reference, parse


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("nginx", ("docker.io", "library/nginx", "", "")),
        ("nginx:1.30.6", ("docker.io", "library/nginx", "1.30.6", "")),
        ("pgvector/pgvector:0.8.0-pg18", ("docker.io", "pgvector/pgvector", "0.8.0-pg18", "")),
        ("localhost:5000/api", ("localhost:5000", "api", "", "")),
        ("ghcr.io/a/b:v1@sha256:0a", ("ghcr.io", "a/b", "v1", "sha256:0a")),
        ("a/b@sha256:0a", ("docker.io", "a/b", "", "sha256:0a")),
        ("sha256:0a", ("", "", "", "sha256:0a")),
    ],
)
def test_a_reference_has_parts(image: str, parts: tuple[str, str, str, str]) -> None:
    assert parse(image) == Reference(*parts)
