"""The rules of a .dockerignore, as `docker build` reads them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class Rule:
    """`text` is a path with wildcards, from the root of the context; `wanted` lets it in again."""

    text: str
    wanted: bool
    pattern: re.Pattern[str]


def parse(text: str) -> list[Rule]:
    """The rules in their order; comments and empty lines are none."""
    rules = []
    for line in text.splitlines():
        rule = line.strip()
        if not rule or rule.startswith("#"):
            continue
        path = rule.removeprefix("!").strip().removeprefix("./").strip("/")
        pattern = re.compile(_expression(path) + "(/.*)?")
        rules.append(Rule(path, rule.startswith("!"), pattern))
    return rules


def matches(path: str, rules: Sequence[Rule]) -> bool:
    """Whether the path is left out: the last rule that meets it, or a parent of it, decides."""
    out = False
    for rule in rules:
        if rule.pattern.fullmatch(path):
            out = not rule.wanted
    return out


def may_hold(directory: str, rules: Sequence[Rule]) -> bool:
    """Whether anything below the directory may be let in; False spares looking into it."""
    if not matches(directory, rules):
        return True
    below = directory + "/"
    return any(
        rule.wanted and (rule.text.startswith(below) or _may_reach(rule.text, below))
        for rule in rules
    )


def _may_reach(text: str, below: str) -> bool:
    wild = WILD.search(text)
    return wild is not None and below.startswith(text[: wild.start()])


def _expression(path: str) -> str:
    expression = ""
    for token in re.split(r"(\*\*/?|\*|\?|\[[^]]*\])", path):
        if token == "**/":
            expression += "(.*/)?"
        elif token == "**":
            expression += ".*"
        elif token == "*":
            expression += "[^/]*"
        elif token == "?":
            expression += "[^/]"
        elif token.startswith("[") and token.endswith("]"):
            expression += token.replace("[!", "[^")
        else:
            expression += re.escape(token)
    return expression
