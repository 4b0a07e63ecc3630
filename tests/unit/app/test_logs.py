"""A log line is one JSON object with the id of its request."""

import json
import logging
import sys

import pytest
from tasktracker.logs import FIELDS, JsonLines, accepted_or_new, request_id


def line(message: str, *args: object, **extra: object) -> dict[str, object]:
    """What a record is written as."""
    record = logging.LogRecord("room", logging.WARNING, "file", 1, message, args, None)
    record.__dict__.update(extra)
    written = JsonLines("api", "sha-1").format(record)
    assert "\n" not in written
    return dict(json.loads(written))


def test_a_line_says_when_who_and_what() -> None:
    found = line("task %s", "x\ny")
    assert found.pop("time", "").__str__().endswith("+00:00")
    assert found == {
        "level": "WARNING",
        "logger": "room",
        "message": "task x\ny",
        "service": "api",
        "release": "sha-1",
    }


def test_a_line_has_the_id_of_its_request_and_its_own_fields() -> None:
    token = request_id.set("r-1")
    try:
        found = line("x", **{FIELDS: {"status": 200}})
    finally:
        request_id.reset(token)
    assert (found["request_id"], found["status"]) == ("r-1", 200)


def test_an_exception_is_part_of_its_line() -> None:
    try:
        raise ValueError("why")
    except ValueError:
        found = line("failed", exc_info=sys.exc_info())
    assert "ValueError: why" in str(found["exception"])


@pytest.mark.parametrize("given", ["trace-1", "A.b_c-9", "x" * 64])
def test_a_given_id_is_kept(given: str) -> None:
    assert accepted_or_new(given) == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", 'a"b', "a\nb", "ä"])
def test_another_id_takes_the_place_of_one_that_could_forge_a_line(given: str) -> None:
    made = accepted_or_new(given)
    assert len(made) == 32 and made != accepted_or_new(given)
