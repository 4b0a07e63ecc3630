"""Laws of what a stack runs."""

from collections.abc import Iterator

from laws.case import Case
from mistakes import Mistake


def images_are_of_the_release(case: Case) -> Iterator[Mistake]:
    """One release, one version of every part of it; in prod by digest (audit I1)."""
    for part in ("api", "worker", "migrations", "dashboard", "bot"):
        image = getattr(case.images, part)
        if image is None:
            continue
        tag = image.partition("@")[0].rpartition("/")[2].partition(":")[2]
        if tag != case.release and case.strict:
            yield Mistake(f"images.{part}", "is not of the release", f"tag it {case.release}")
    for part, image in case.images.model_dump(exclude_none=True).items():
        if case.environment == "prod" and "@sha256:" not in image:
            yield Mistake(f"images.{part}", "has no digest", "write name:tag@sha256:<digest>")
