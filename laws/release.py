"""Laws of what a stack runs."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from components.backup_configuration import PGDATA
from laws.case import Release
from mistakes import Mistake

# The official image keeps each major version's data in a folder of its number.
MAJOR = PurePosixPath(PGDATA).parent.name


def images_are_of_the_release(case: Release) -> Iterator[Mistake]:
    """One release, one version of every part of it; in prod by digest (audit I1)."""
    for part in ("api", "worker", "migrations", "dashboard", "bot"):
        image = getattr(case.images, part)
        if image is None:
            continue
        if _tag(image) != case.release and case.strict:
            yield Mistake(f"images.{part}", "is not of the release", f"tag it {case.release}")
    for part, image in case.images.model_dump(exclude_none=True).items():
        if case.environment == "prod" and "@sha256:" not in image:
            yield Mistake(f"images.{part}", "has no digest", "write name:tag@sha256:<digest>")


def bot_has_its_image(case: Release) -> Iterator[Mistake]:
    """The bot can't start without an image."""
    if case.values.bot is not None and case.images.bot is None:
        yield Mistake("images.bot", "is missing while the bot is on", "name its image")


def database_reads_its_data(case: Release) -> Iterator[Mistake]:
    """Another major version would start in a folder of its own: healthy, and empty.

    The tag tells, where it is a version of PostgreSQL at all.
    """
    version = re.match(r"(\d+)(beta|rc|\.|-|$)", _tag(case.images.postgres))
    if version and version[1] != MAJOR:
        yield Mistake(
            "images.postgres", f"is not PostgreSQL {MAJOR}, whose data the volume holds",
            f"tag it {MAJOR}.x; another one needs the data moved first",
        )  # fmt: skip


def _tag(image: str) -> str:
    return image.partition("@")[0].rpartition("/")[2].partition(":")[2]
