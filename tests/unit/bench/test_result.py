"""Results of measurements, as they are kept and shown."""

from pathlib import Path

import pytest

from bench import result
from bench.clock import interleaved, ratio
from bench.result import Comparison, Growth


def comparison(ours: list[float], target: float = 3) -> Comparison:
    return Comparison("preview", "an empty program", ours, [1.0, 1.0, 1.0], target)


def test_a_ratio_is_the_median_over_rounds_and_not_of_medians() -> None:
    # Each round met the same machine, so each is compared with itself.
    assert ratio([2.0, 20.0, 3.0], [1.0, 10.0, 1.0]) == 2.0


def test_every_step_has_its_turn_in_each_round_and_the_first_round_is_not_counted() -> None:
    turns: list[str] = []
    steps = {"a": lambda: turns.append("a"), "b": lambda: turns.append("b")}
    taken = interleaved(steps, 2)
    assert turns == ["a", "b", "a", "b", "a", "b"]
    assert [len(seconds) for seconds in taken.values()] == [2, 2]


def test_a_target_that_is_missed_says_so() -> None:
    assert "| **2.0** | ≤ 3 |" in comparison([2.0, 2.0, 2.0]).row()
    assert "| 4.0 (missed) | ≤ 3 |" in comparison([4.0, 4.0, 4.0]).row()


def test_a_row_tells_both_sides_and_what_else_was_seen() -> None:
    seen = Comparison("p99", "at rest", [40.0], [20.0], 3, unit="ms", remarks=["failed: 0 of 9"])
    assert seen.row().startswith("| p99; failed: 0 of 9 | 40 ms | 20 ms (at rest) |")


def test_growth_tells_what_one_more_costs() -> None:
    growth = Growth("preview", {600: [61.0], 6: [1.6], 60: [7.0, 6.9, 7.1]})
    assert [round(cost) for cost in growth.marginal()] == [100, 100]
    assert growth.table()[-1] == "| 600 services | 61.0 | 100 ms |"


def test_results_are_kept_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result, "FOLDER", tmp_path)
    one, other = comparison([2.0, 2.5, 3.0]), Growth("preview", {6: [1.0, 2.0]})
    result.save("any", [one, other])
    assert result.load() == ([one], [other])
