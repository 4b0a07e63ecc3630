"""A shell text as words and operators."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from policies.shell_text.syntax import Operator, Word

_OPERATOR = re.compile(r"&&|\|\||;;&?|\|&|[;|&()\n]")
_REDIRECTION = re.compile(r"(?:\d*(?:<<<|<<-?|<>|<&|>&|>>|>\||[<>])|&>>?)[ \t]*")
_COMMENT = re.compile(r"#[^\n]*")


def tokens(text: str) -> Iterator[Word | Operator]:
    """Words and operators; of redirections only those to a socket."""
    place = 0
    while place < len(text):
        char = text[place]
        if char in " \t\r" or text.startswith("\\\n", place):
            place += 1 if char != "\\" else 2
        elif char == "#":
            found = _COMMENT.match(text, place)
            place = found.end() if found else place
        elif redirection := _REDIRECTION.match(text, place):
            place = redirection.end()
            if text.startswith("(", place) and redirection[0].strip() in ("<", ">"):
                place = _balanced(text, place) + 1  # a substitution of a process
                continue
            word, place = _word(text, place)
            if re.match(r"/dev/(?:tcp|udp)/", word.text):
                yield Operator("connects")
            elif redirection[0].strip() == "<":
                yield replace(word, redirected=True)
        elif operator := _OPERATOR.match(text, place):
            place = operator.end()
            yield Operator("|" if operator[0] == "|&" else operator[0])
        else:
            word, place = _word(text, place)
            yield word


def _word(text: str, place: int) -> tuple[Word, int]:
    """The word that begins there, and where it ends. Raises `ValueError`."""
    made, bare, literal, quoted, commands = "", True, False, False, list[str]()
    while place < len(text):
        char = text[place]
        if char == '"':
            quoted, bare, place = not quoted, False, place + 1
        elif char == "'" and not quoted:
            end = text.find("'", place + 1)
            if end < 0:
                raise ValueError("a quote is not closed")
            inner = text[place + 1 : end]
            made, bare, literal, place = made + inner, False, literal or "$" in inner, end + 1
        elif char == "\\":
            escaped = text[place + 1 : place + 2]
            made, literal, place = made + escaped, literal or escaped == "$", place + 2
        elif text.startswith("$((", place):
            end = _balanced(text, place + 1)
            made, place = made + text[place + 3 : end - 1], end + 1
        elif text.startswith("$(", place):
            end = _balanced(text, place + 1)
            commands.append(text[place + 2 : end])
            made, place = made + text[place : end + 1], end + 1
        elif char == "`":
            end = text.find("`", place + 1)
            if end < 0:
                raise ValueError("a substitution is not closed")
            commands.append(text[place + 1 : end])
            made, place = made + text[place : end + 1], end + 1
        elif not quoted and char in " \t\r\n;&|()<>":
            break
        else:
            made, place = made + char, place + 1
    if quoted:
        raise ValueError("a quote is not closed")
    return Word(made, bare, literal, commands=tuple(commands)), place


def _balanced(text: str, place: int) -> int:
    """Where the parenthesis that opens at `place` closes. Raises `ValueError`."""
    depth = 0
    while place < len(text):
        char = text[place]
        if char == "\\":
            place += 1
        elif char in "'\"":
            place = text.find(char, place + 1)
            if place < 0:
                break
        elif char in "()":
            depth += 1 if char == "(" else -1
            if depth == 0:
                return place
        place += 1
    raise ValueError("a parenthesis is not closed")
