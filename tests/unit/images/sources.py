"""A small catalogue and its sources on disk, for tests of what is decided from them."""

from pathlib import Path

from images.catalogue import Catalogue

CATALOGUE = Catalogue.model_validate(
    {
        "bases": {
            "debian": {"make": "rootfs"},
            "python": {"official": "python:3.14-slim", "bases": ["debian"]},
            "nats": {"official": "nats:2", "bases": ["debian"]},
        },
        "servers": {"nats": {"bases": ["nats"], "version": ["nats-server", "--version"]}},
        "apps": {
            "api": {"context": "app", "target": "api", "bases": ["python"]},
            "worker": {"context": "app", "target": "worker", "bases": ["python"]},
        },
    }
)


def write(root: Path) -> Path:
    """Every context the catalogue names, each with a Dockerfile of its own."""
    for context in ("images/bases/debian", "images/bases/python", "images/bases/nats"):
        (root / context).mkdir(parents=True)
        (root / context / "Dockerfile").write_text(f"FROM scratch\nLABEL from={context}\n")
    for context in ("images/nats", "app"):
        (root / context).mkdir()
        (root / context / "Dockerfile").write_text(f"FROM scratch\nLABEL from={context}\n")
    return root
