"""Values of rules, checked before any rule runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from policies.configuration import Misconfigured, configure, read
from policies.registry import RULES


def faults(text: str, folder: Path) -> str:
    file = folder / "config.yaml"
    file.write_text(text)
    with pytest.raises(Misconfigured) as caught:
        read(RULES, file)
    return str(caught.value)


def test_the_projects_own_configuration_is_valid() -> None:
    read(RULES)


def test_a_misspelled_rule_is_an_error(tmp_path: Path) -> None:
    assert "no-privilegd: no such rule" in faults("no-privilegd: {}", tmp_path)


def test_every_fault_is_told_at_once_and_no_value_is(tmp_path: Path) -> None:
    told = faults("no-host-devices: {allowed: 7, spare: s3cret}\nother: {}\n", tmp_path)
    assert "no-host-devices.allowed" in told and "no-host-devices.spare" in told
    assert "other: no such rule" in told
    assert "s3cret" not in told


@pytest.mark.parametrize("text", ["- a list", "a: [", "no-host-devices: 7"])
def test_a_malformed_file_is_an_error_that_names_it(text: str, tmp_path: Path) -> None:
    assert str(tmp_path / "config.yaml") in faults(text, tmp_path)


def test_whole_numbers_that_come_as_floats_are_taken() -> None:
    given = {"bounded-retries": {"most_tries": 3.0}}
    rule = next(rule for rule in RULES if rule.id == "bounded-retries")
    assert configure(RULES, given, "flag").of(rule).model_dump()["most_tries"] == 3
