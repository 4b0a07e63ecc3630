"""The file of exceptions, which a reviewer must be able to trust."""

from __future__ import annotations

from pathlib import Path

import pytest

from policies.configuration import Misconfigured
from policies.exceptions import read
from policies.registry import RULES

ENTRY = """exceptions:
- rule: no-privileged
  stack: staging
  resource: cadvisor
  reason: needs the host's devices until v0.50
  approver: ops
  expires: 2026-06-30
"""


def faults(text: str, folder: Path) -> str:
    file = folder / "exceptions.yaml"
    file.write_text(text)
    with pytest.raises(Misconfigured) as caught:
        read(RULES, file)
    return str(caught.value)


def test_the_projects_own_file_is_valid_and_excuses_nothing_in_prod() -> None:
    assert not [exemption for exemption in read(RULES) if exemption.concerns("prod")]


def test_an_entry_is_read(tmp_path: Path) -> None:
    file = tmp_path / "exceptions.yaml"
    file.write_text(ENTRY)
    (exemption,) = read(RULES, file)
    assert exemption.concerns("staging") and not exemption.concerns("prod")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("no-privileged", "no-privilegd"), "exceptions[0].rule: no such rule: no-privilegd"),
        (("approver: ops", "aprover: ops"), "exceptions[0].aprover: Extra inputs"),
        (("2026-06-30", "soon"), "exceptions[0].expires"),
        (("needs the host's devices until v0.50", "''"), "exceptions[0].reason"),
        (("exceptions:", "exemptions:"), "exemptions: no such key"),
        (("exceptions:\n", "exceptions: {a: 1}\nx:\n"), "exceptions: must be a list"),
        (("- rule", "- a text\n- rule"), "exceptions[0]"),
    ],
)
def test_a_malformed_entry_is_an_error(change: tuple[str, str], told: str, tmp_path: Path) -> None:
    assert told in faults(ENTRY.replace(*change), tmp_path)
