"""Documents that name code, and must not outlive it."""

import re
from pathlib import Path

import pytest

from policies.registry import RULES

ROOT = Path(__file__).parents[2]
AUDIT = (ROOT / "docs" / "audit.md").read_text()

# How many findings each part of the audits has.
FINDINGS = {"H": 7, "N": 6, "E": 9, "S": 7, "C": 5, "R": 8, "I": 8, "B": 6, "O": 4, "D": 5}
CODES = [f"{part}{number}" for part, count in FINDINGS.items() for number in range(1, count + 1)]

ROWS = {
    cells[0]: cells[1:]
    for line in AUDIT.splitlines()
    if re.match(r"\| [A-Z]\d+ \|", line)
    for cells in [[cell.strip() for cell in line.strip("| ").split(" |")]]
}


@pytest.mark.parametrize("code", CODES)
def test_every_finding_of_the_audits_is_met_somewhere_or_says_why_not(code: str) -> None:
    assert code in ROWS, f"docs/audit.md has no row {code}"
    assert any(cell.strip() for cell in ROWS[code][1:]), f"{code}: no component, rule, test, reason"


def test_no_row_is_of_a_finding_that_does_not_exist() -> None:
    assert sorted(ROWS) == sorted(CODES)


def test_every_file_that_is_named_is_there() -> None:
    named = re.findall(
        r"`([\w.][\w./-]*)`", "\n".join("|".join(cells[1:]) for cells in ROWS.values())
    )
    missing = sorted({name for name in named if not (ROOT / name).exists()})
    assert not missing, f"docs/audit.md names what is not there: {missing}"


def test_every_rule_that_is_named_keeps_that_finding() -> None:
    wrong = []
    cited = {
        (code, rule.id) for rule in RULES for code in CODES if f"audit {code}" in rule.frameworks
    }
    for code, cells in ROWS.items():
        for rule in re.findall(r"rules\.md#([\w-]+)", "|".join(cells)):
            if (code, rule) not in cited:
                wrong.append(f"{rule} does not cite audit {code}")
    assert not wrong, wrong


def test_every_rule_that_cites_a_finding_is_named_there() -> None:
    unnamed = [
        f"{rule.id} in {code}"
        for rule in RULES
        for code in CODES
        if f"audit {code}" in rule.frameworks and f"rules.md#{rule.id})" not in AUDIT
    ]
    assert not unnamed, unnamed


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for document in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/README.md")]:
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", document.read_text()):
            if not (document.parent / target).exists():
                broken.append(f"{document.relative_to(ROOT)}: {target}")
    assert not broken, broken
