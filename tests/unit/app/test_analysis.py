"""Kinds and vectors are pure: the same text gives the same, whoever asks."""

import math

import pytest
from tasktracker.analysis import DIMENSIONS, Kind, classify, embed


def likeness(one: str, other: str) -> float:
    """The cosine of the angle between two texts."""
    return sum(a * b for a, b in zip(embed(one), embed(other), strict=True))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Fix the crash on login", Kind.BUG),
        ("Add a dark mode", Kind.FEATURE),
        ("Why is the export slow?", Kind.QUESTION),
        ("Is it done?", Kind.QUESTION),
        ("Water the plants", Kind.CHORE),
        ("Fix or add", Kind.BUG),
        ("", Kind.CHORE),
    ],
)
def test_a_text_has_the_kind_of_most_of_its_words(text: str, kind: Kind) -> None:
    assert classify(text) is kind


@pytest.mark.parametrize("text", ["one", "a longer text, with words", "!?", "", "日本語"])
def test_a_vector_has_its_dimensions_and_length_one(text: str) -> None:
    vector = embed(text)
    assert len(vector) == DIMENSIONS
    assert math.isclose(sum(value * value for value in vector), 1)


def test_a_vector_is_the_same_in_every_process_and_release() -> None:
    vector = embed("pinned")
    found = {at: round(value, 4) for at, value in enumerate(vector) if value}
    assert found == PINNED


def test_texts_that_share_words_or_pieces_are_more_alike_than_others() -> None:
    text = "Deploy the billing service"
    assert likeness(text, text) == pytest.approx(1)
    assert likeness(text, "billing deployment") > 0.2 > likeness(text, "Water all plants")


def test_case_and_punctuation_do_not_matter() -> None:
    assert embed("Fix: LOGIN!") == embed("fix login")


# Stored vectors are compared with those of later releases: a change needs a migration.
PINNED = {37: -0.2417, 77: 0.2417, 172: 0.8058, 217: 0.4835}
