"""Prod is refused without a backup of the last day or a restore of the last week."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from policies import proof
from policies.proof import Proof
from policies.rules.proven_restore import Ages, judged

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=99)


def ago(**age: int) -> datetime:
    return NOW - timedelta(**age)


def found(
    backup: datetime | None, restore: datetime | None, deployed: datetime | None
) -> list[str]:
    return list(judged(Proof(deployed, backup, restore), NOW, Ages()))


def test_a_first_deployment_has_nothing_to_lose() -> None:
    assert found(None, None, None) == []


def test_fresh_enough_passes() -> None:
    assert found(ago(hours=26), ago(days=8), LONG_AGO) == []


def test_an_old_backup_is_refused() -> None:
    (told,) = found(ago(hours=27), ago(days=1), LONG_AGO)
    assert told == "the newest backup is 27 h old, allowed are 26 h"


def test_an_old_restore_is_refused() -> None:
    (told,) = found(ago(hours=1), ago(days=9), LONG_AGO)
    assert told == "the last proven restore is 9 days 0 h old, allowed are 8 days 0 h"


def test_what_was_never_done_is_counted_from_the_first_deployment() -> None:
    assert found(None, None, ago(hours=25)) == []
    (told,) = found(None, None, ago(hours=27))
    assert told == "the newest backup is missing 27 h after its start, allowed are 26 h"


def test_the_newest_of_what_is_given_and_what_was_written_down_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "FOLDER", tmp_path)
    record = {"deployed": "2026-01-01T00:00:00+00:00", "newest_backup": "2026-01-30T00:00:00+00:00"}
    (tmp_path / "prod.json").write_text(json.dumps(record))
    known = proof.known("prod", {"newest_backup": "2026-01-31T00:00:00+00:00"})
    assert known == Proof(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 31, tzinfo=UTC), None)


PULUMI = """#!/bin/sh
case "$STATE" in
  "") echo "error: $SAYS" >&2; exit 255 ;;
  *) echo "$STATE" ;;
esac
"""


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A `pulumi` that exports STATE, or fails and SAYS why; nothing was written down."""
    program = tmp_path / "pulumi"
    program.write_text(PULUMI)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("STATE", "")
    monkeypatch.setattr(proof, "FOLDER", tmp_path)
    return monkeypatch


def test_since_when_a_stack_is_there_its_state_says_where_nobody_wrote_it_down(
    pulumi: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = {"type": "docker:index/container:Container", "created": "2026-01-02T03:04:05.6Z"}
    pulumi.setenv("STATE", json.dumps({"deployment": {"resources": [made]}}))
    (tmp_path / "prod.json").write_text("{}")
    began = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert proof.known("prod", {}) == Proof(began)
    backup = datetime(2026, 1, 31, tzinfo=UTC)
    assert proof.known("prod", {"newest_backup": backup.isoformat()}) == Proof(began, backup)


def test_a_stack_that_is_new_is_not_asked_about(pulumi: pytest.MonkeyPatch) -> None:
    pulumi.setenv("SAYS", "nobody was to ask")
    given = {"newest_backup": LONG_AGO.isoformat()}
    assert proof.known("prod", given, is_new=True) == Proof(None, LONG_AGO)


def test_a_state_that_can_not_be_read_is_not_a_stack_that_was_never_deployed(
    pulumi: pytest.MonkeyPatch,
) -> None:
    pulumi.setenv("SAYS", "no stack named 'prod' found")
    assert proof.deployed("prod") is None
    pulumi.setenv("SAYS", "the backend is away")
    with pytest.raises(OSError, match="pulumi stack export: error: the backend is away"):
        proof.deployed("prod")


@pytest.mark.parametrize("time", ["yesterday", "2026-01-31"])
def test_a_time_that_says_no_zone_or_nothing_is_refused(time: str) -> None:
    with pytest.raises(ValueError, match="zone|isoformat"):
        proof.read({"newest_backup": time})


def test_a_report_tells_both_ages() -> None:
    told = proof.told(Proof(LONG_AGO, ago(hours=3), ago(days=2)), NOW)
    assert told == "newest backup 3 h ago, last proven restore 48 h ago"
    assert "not known" in proof.told(Proof(), NOW)
