"""How a shell text may end: followed as a shell would, command by command.

Each command ends as success, as failure or, when it asks something, as either.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence

OK, FAILED = 0, 1
EITHER = frozenset({OK, FAILED})

Run = Callable[[Sequence[str]], frozenset[int]]
"""From the words of one command to how it may end."""

# Behind a pipe they succeed whatever comes in.
_FILTERS = {"cat", "tee", "head", "tail", "sort", "sed", "tr", "cut", "wc", "awk", "uniq", "xxd"}
# Behind a pipe they judge what comes in: real if that is.
_JUDGES = {"grep", "egrep", "fgrep", "jq", "xargs"}
_REDIRECTION = re.compile(r"(?:^|(?<=\s))(?:\d?>>?\s*(?:&\d|[^\s;|&)]+)|&>>?\s*[^\s;|&)]+)")
# What begins a branch runs if the condition before it held, or if it did not.
_BRANCHES = {"then": "&&", "do": "&&", "else": "||", "elif": "||"}
_OPERATORS = {";", "&&", "||", "|", "&", "\n"}


def ends(text: str, run: Run) -> frozenset[int]:
    """How a shell text may end, where `run` tells it of one command. Raises `ValueError`."""
    lexer = shlex.shlex(_REDIRECTION.sub(" ", text), posix=True, punctuation_chars=";&|\n")
    lexer.whitespace = " \t\r"
    lexer.commenters = ""
    tokens = [token for word in lexer for token in _split(word)]
    states, ended = {OK}, set[int]()
    for operator, pipeline, background in _commands(tokens):
        operator = _BRANCHES.get((pipeline[0] or [""])[0], operator)
        following = set[int]()
        for status in states:
            if (operator, status) in (("&&", FAILED), ("||", OK)):
                following.add(status)
                continue
            results, exits = _pipeline(pipeline, status, run)
            (ended if exits else following).update({OK} if background else results)
        states = following
    return frozenset(states | ended)


def _split(word: str) -> list[str]:
    """A run of punctuation as the operators it holds (`;;` never matters here)."""
    if word and set(word) <= set(";&|\n"):
        return re.findall(r"&&|\|\||[;&|\n]", word)
    return [word]


def _commands(tokens: Sequence[str]) -> list[tuple[str, list[list[str]], bool]]:
    """(operator before it, the commands of the pipeline, in the background), in order."""
    found: list[tuple[str, list[list[str]], bool]] = []
    operator, pipeline = ";", [list[str]()]
    for token in [*tokens, ";"]:
        if token == "|":
            pipeline.append([])
        elif token in _OPERATORS:
            if any(pipeline):
                found.append((operator, pipeline, token == "&"))
            operator, pipeline = token if token != "&" else ";", [[]]
        else:
            pipeline[-1].append(token)
    return found


def _pipeline(
    commands: Sequence[Sequence[str]], status: int, run: Run
) -> tuple[frozenset[int], bool]:
    """How a pipeline may end after `status`, and whether the shell ends with it."""
    last = _bare(commands[-1])
    if len(commands) == 1:
        if last and last[0] in ("exit", "return"):
            code = last[1] if len(last) > 1 else "$?"
            return frozenset({status if code == "$?" else int(code != "0")}), True
        return run(last), False
    if last and last[0] in _FILTERS:
        return frozenset({OK}), False
    if not last or last[0] not in _JUDGES:
        return run(last), False
    before = [_bare(command) for command in commands[:-1]]
    asks = any(run(words) == EITHER for words in before if words and words[0] not in _JUDGES)
    return (EITHER if asks else frozenset({OK})), False


def _bare(words: Sequence[str]) -> list[str]:
    """A command without what only groups or prepares it."""
    skipped = {"(", "{", "if", "then", "else", "elif", "do", "while", "until"}
    words = [word.lstrip("(") for word in words if word not in (")", "}", "fi", "done")]
    if words and words[-1].endswith(")") and "$(" not in " ".join(words):
        words[-1] = words[-1].rstrip(")")
    while words and (words[0] in skipped or re.match(r"^\w+=", words[0]) or not words[0]):
        if re.match(r"^\w+=.*\$\(", words[0]):  # an assignment ends as what it substitutes
            break
        words = words[1:]
    return words
