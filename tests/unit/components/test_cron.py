"""A time of cron is one that the scheduler reads."""

import pytest

from components.backup_configuration import Schedule
from components.cron import is_cron


@pytest.mark.parametrize("text", [*Schedule().model_dump().values(), "*/5 0-6/2 1,15 jan-Mar SUN"])
def test_five_fields_are_taken(text: str) -> None:
    assert is_cron(text) == text


@pytest.mark.parametrize(
    "text", ["", "daily", "@daily", "0 2 * *", "0 2 * * * *", "0 2 * *\n0", "0  2 * * 1"]
)
def test_what_has_other_than_five_fields_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no time of cron: write five fields"):
        is_cron(text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("60 * * * *", "has no minute: write numbers from 0 to 59"),
        ("0 24 * * *", "has no hour: write numbers from 0 to 23"),
        ("0 2 0 * *", "has no day of the month: write numbers from 1 to 31"),
        ("0 2 * 13 *", "has no month: write numbers from 1 to 12"),
        ("0 2 * * 7", "has no day of the week: write numbers from 0 to 6"),
        ("0 2 * * sonntag", "has no day of the week"),
        ("0 2 * * jan", "has no day of the week"),
        ("5-1 * * * *", "has no minute"),
        ("*/0 * * * *", "has no minute"),
        ("1,,2 * * * *", "has no minute"),
        ("-1 * * * *", "has no minute"),
        ("0 2 * * *\n", "has no day of the week"),
    ],
)
def test_a_field_that_is_no_time_is_named(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        is_cron(text)
