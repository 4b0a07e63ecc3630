"""What a worker writes for a task."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from tasktracker.analysis import DIMENSIONS, Kind
from tasktracker.tasks import Status, Task
from tasktracker.worker import process


def task(title: str, description: str = "") -> Task:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Task(
        id=UUID(int=1),
        title=title,
        description=description,
        status=Status.NEW,
        kind=None,
        created_at=now,
        changed_at=now,
    )


def test_a_task_is_done_with_its_kind_and_its_vector() -> None:
    found = process.outcome(task("Add a page", "The old one crashes with an error"))
    assert (found["status"], found["kind"]) == (Status.DONE, Kind.BUG)
    assert len(found["embedding"]) == DIMENSIONS  # type: ignore[arg-type]


def test_a_task_that_cannot_be_read_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "classify", lambda _: 1 / 0)
    assert process.outcome(task("x")) == {"status": Status.FAILED}
