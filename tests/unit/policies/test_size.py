"""Sizes as Docker and the kernel write them."""

from __future__ import annotations

import pytest

from policies.size import megabytes


@pytest.mark.parametrize(
    ("text", "size"),
    [
        *(("10m", 10), ("10M", 10), ("10MB", 10), ("1g", 1000), ("500k", 0.5), ("1000000", 1)),
        *(("0", None), ("-1", None), ("0m", None), ("50%", None), ("", None), ("much", None)),
    ],
)
def test_a_size_is_megabytes_and_what_has_no_end_is_none(text: str, size: float | None) -> None:
    assert megabytes(text) == (None if size is None else pytest.approx(size))
