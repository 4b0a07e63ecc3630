"""The page of rules."""

from __future__ import annotations

from policies.document import FILE, page
from policies.registry import RULES


def test_the_page_is_the_one_the_rules_write() -> None:
    assert FILE.read_text() == page(RULES), "run python -m policies.document"


def test_every_rule_has_a_place_to_link_to() -> None:
    text = page(RULES)
    for rule in RULES:
        assert f'<a id="{rule.url.partition("#")[2]}"></a>' in text
