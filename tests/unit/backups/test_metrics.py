"""The metrics that alerts are made of."""

from images.postgres.backup import metrics
from images.postgres.backup.status import Place, Status

DRILL = {"started": "2026-01-31T05:00:00+00:00", "seconds": 42.5, "data_age": 30.0,
         "checks": {"rows": "", "vector": "another answer"}}  # fmt: skip
PLACES = [
    Place("local", "", label="x", set_taken="2026-01-31T02:00:00+00:00", set_age=1.0, size=10**9,
          drill=DRILL, proven=DRILL),
    Place("offsite", "connection refused"),
]  # fmt: skip


def told() -> list[str]:
    status = Status(PLACES, 3, 12.0, [], {"troubles": {"offsite": "refused"}}, ["something"])
    return metrics.text(status).splitlines()


def test_ages_are_given_as_times() -> None:
    lines = told()
    assert 'backup_last_success_timestamp_seconds{repository="local"} 1769824800' in lines
    assert 'backup_last_success_timestamp_seconds{repository="offsite"} 0' in lines


def test_what_is_out_of_reach_or_failed_is_told_by_repository() -> None:
    lines = told()
    assert 'backup_repository_up{repository="local"} 1' in lines
    assert 'backup_repository_up{repository="offsite"} 0' in lines
    assert 'backup_last_failed{repository="offsite"} 1' in lines
    assert "backup_healthy 0" in lines


def test_the_drill_is_told_with_its_figures_and_each_check() -> None:
    lines = told()
    assert 'restore_drill_seconds{repository="local"} 42.5' in lines
    assert 'restore_drill_check{repository="local",check="rows"} 1' in lines
    assert 'restore_drill_check{repository="local",check="vector"} 0' in lines


def test_every_metric_has_its_type() -> None:
    names = {line.split("{")[0].split(" ")[0] for line in told() if not line.startswith("#")}
    assert names == {line.split()[2] for line in told() if line.startswith("# TYPE")}
