"""A time that comes again, in cron's five fields."""

import re
from typing import Annotated

from pydantic import AfterValidator

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")

# Each field's name, the range of its numbers, and its words.
FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, MONTHS),
    ("day of the week", 0, 6, DAYS),
)

PART = re.compile(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d+))?", re.ASCII)


def is_cron(text: str) -> str:
    """Refuse what the scheduler in the backup container would stop at."""
    fields = text.split(" ")
    if len(fields) != len(FIELDS):
        raise ValueError("is no time of cron: write five fields, as in 0 2 * * 1-6")
    for field, (name, low, high, words) in zip(fields, FIELDS, strict=True):
        if not all(_is_part(part, low, high, words) for part in field.split(",")):
            raise ValueError(
                f"has no {name}: write numbers from {low} to {high}, 1-5, 1,3 or */2, or *"
            )
    return text


Cron = Annotated[str, AfterValidator(is_cron)]


def _is_part(text: str, low: int, high: int, words: tuple[str, ...]) -> bool:
    """Whether it is `*`, a value or a range, each perhaps with a step."""
    part = PART.fullmatch(text)
    if part is None or part["step"] is not None and int(part["step"]) < 1:
        return False
    if part["first"] is None:
        return True
    first = _value(part["first"], low, words)
    last = first if part["last"] is None else _value(part["last"], low, words)
    return low <= first <= last <= high


def _value(text: str, low: int, words: tuple[str, ...]) -> int:
    """The number that a text or a word stands for; one below every range where it is none."""
    if text.lower() in words:
        return words.index(text.lower()) + low
    return int(text) if text.isdecimal() else -1
