"""What is built: the shape and the laws of catalogue.toml."""

import tomllib
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "images" / "catalogue.toml"
NAMESPACE = "task-tracker"


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Image(Model):
    """`bases` are what it is built on: build argument `<NAME>_BASE` each."""

    bases: tuple[str, ...] = ()


class Base(Image):
    """What others are built on; never run itself.

    `official` is pulled where a registry answers. Elsewhere a stand-in is made: by a Dockerfile in
    images/bases/<name>, from a Debian root file system, or of programs compiled from source.
    """

    official: str | None = None
    make: Literal["dockerfile", "rootfs", "tools"] = "dockerfile"


class Server(Image):
    """What the project runs as it comes; `version` is the command that prints its version."""

    version: tuple[str, ...] = ()


class App(Image):
    """A part of the application: `context` from the repository's root, `target` a stage in it."""

    context: str
    target: str | None = None


class Catalogue(Model):
    bases: dict[str, Base]
    servers: dict[str, Server]
    apps: dict[str, App]

    @model_validator(mode="after")
    def every_base_is_known(self) -> Self:
        images: dict[str, Image] = {**self.bases, **self.servers, **self.apps}
        for name, image in images.items():
            for base in image.bases:
                if base not in self.bases:
                    known = ", ".join(self.bases)
                    raise ValueError(f"{name} is built on {base!r}, no base; there are: {known}")
        return self

    @model_validator(mode="after")
    def no_name_is_used_twice(self) -> Self:
        twice = self.servers.keys() & self.apps.keys()
        if twice:
            raise ValueError(f"{', '.join(sorted(twice))}: both a server and an app; rename one")
        return self


def read(file: Path = FILE) -> Catalogue:
    """The catalogue; ValueError with every mistake in it, named."""
    try:
        return Catalogue.model_validate(tomllib.loads(file.read_text()))
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{file.name}: {error}") from error
