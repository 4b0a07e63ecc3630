"""What a shell text is made of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

ASSIGNMENT = re.compile(r"\w+\+?=")
DEEPEST = 10  # each level may double what is to follow


class Operator(str):
    """A token that is no word, whatever it looks like."""


@dataclass(frozen=True)
class Word:
    """A word without its quotes; what it substitutes is kept beside it."""

    text: str
    bare: bool = True
    literal: bool = False  # its dollars are none of this shell's
    redirected: bool = False
    commands: tuple[str, ...] = ()


@dataclass
class Simple:
    words: list[Word] = field(default_factory=list)
    connects: bool = False  # it is joined to a socket (bash's /dev/tcp): asking is enough


@dataclass(frozen=True)
class Pipe:
    commands: tuple[Node, ...]
    negated: bool = False


@dataclass(frozen=True)
class AndOr:
    first: Pipe
    rest: tuple[tuple[str, Pipe], ...]
    background: bool = False


@dataclass(frozen=True)
class List:
    items: tuple[AndOr, ...]
    subshell: bool = False


@dataclass(frozen=True)
class If:
    branches: tuple[tuple[List, List], ...]
    otherwise: List


@dataclass(frozen=True)
class Loop:
    until: bool
    condition: List | None  # none for a loop over words
    body: List
    name: str = ""
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class Case:
    bodies: tuple[List, ...]


@dataclass(frozen=True)
class Function:
    name: str
    body: Node


Node = Simple | List | If | Loop | Case | Function
