"""Sites and buckets of the tests of backups; each module has its own."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.live.backups.s3 import S3, serving
from tests.live.backups.site import Site, running


@pytest.fixture(scope="module")
def s3(images: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    """The bucket of a site, which runs the project's own images."""
    with serving(tmp_path_factory.mktemp("s3") / "server") as server:
        yield server


@pytest.fixture(scope="module")
def site(s3: S3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(Site(tmp_path_factory.mktemp("site"), s3)) as made:
        made.take("full")
        yield made
