"""A bucket that is away: the database serves, WAL waits within its bound, all is told."""

from collections.abc import Iterator

import pytest

from components.backup_configuration import Retention
from tests.live.backups.s3 import S3
from tests.live.backups.site import Site, running, until

OFFSITE_UP = 'backup_repository_up{repository="offsite"}'


@pytest.fixture(scope="module")
def site(s3: S3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    keep = Retention(max_wal_age=10, wal_queue_mb=64)
    with running(Site(tmp_path_factory.mktemp("site"), s3, keep, archive_timeout=60)) as made:
        made.take("full")
        yield made


def finish_segment(site: Site) -> str:
    site.sql("INSERT INTO tasks (title) VALUES ('meanwhile')")
    return site.sql("SELECT pg_walfile_name(pg_switch_wal())")


def newest_wal(site: Site, place: str) -> str:
    """The newest segment that a repository has."""
    return str(next(p["wal_max"] for p in site.status()["places"] if p["name"] == place))


def test_it_waits_is_told_and_catches_up_by_itself(site: Site, s3: S3) -> None:
    s3.stop()
    segment = finish_segment(site)
    until(lambda: site.backup("healthy").status != 0, 90, "told by the health")
    for word in ("WAL waits", "offsite: "):
        until(lambda word=word: word in site.backup("healthy").output, 120, f"told: {word}")  # type: ignore[misc]
    assert site.sql("SELECT count(*) > 0 FROM tasks WHERE title = 'meanwhile'") == "t"
    until(lambda: site.metrics()[OFFSITE_UP] == 0, 90, "told by the metrics")
    assert site.metrics()["backup_wal_waiting_segments"] >= 1
    # The other repository does not wait for this one.
    until(lambda: newest_wal(site, "local") >= segment, 120, "archived where it can be")
    s3.start()
    until(lambda: not site.status()["queue_segments"], 90, "caught up")
    until(lambda: site.backup("healthy").status == 0, 90, "healthy again")
    assert "in local and offsite" in site.take()


def test_what_outgrows_the_bound_is_a_gap_until_the_next_backup(site: Site, s3: S3) -> None:
    s3.stop()
    for _ in range(6):  # 16 MB each, the bound is 64
        finish_segment(site)
    until(lambda: "gap" in site.backup("healthy").output, 120, "a gap that is told")
    assert site.metrics()["backup_wal_gap_segments"] >= 1
    assert site.sql("SELECT 1") == "1"
    s3.start()
    until(lambda: not site.status()["queue_segments"], 90, "caught up")
    assert "in local and offsite" in site.take("full")
    until(lambda: site.backup("healthy").status == 0, 90, "healthy again")
