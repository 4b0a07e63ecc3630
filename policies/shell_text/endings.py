"""How a shell text may end, followed command by command.

Each command ends as success, as failure or, when it asks something, as either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from policies.shell_text.grammar import parsed
from policies.shell_text.syntax import (
    ASSIGNMENT,
    DEEPEST,
    AndOr,
    Case,
    If,
    List,
    Loop,
    Node,
    Pipe,
    Simple,
    Word,
)

OK, FAILED = 0, 1
EITHER = frozenset({OK, FAILED})

Run = Callable[[Sequence[str], bool], frozenset[int]]
"""From the words of one command to how it may end; a `$` in a word stands for an answer.

The second argument says that others judge its output: then EITHER means that the output tells.
"""

# Behind a pipe they succeed whatever comes in.
_FILTERS = {"cat", "tee", "head", "tail", "sort", "sed", "tr", "cut", "wc", "awk", "uniq", "xxd"}
# Behind a pipe they judge what comes in: real if that is.
_JUDGES = {"grep", "egrep", "fgrep", "jq"}
_REFERENCE = re.compile(r"\$(?:(\w+)|\{#?(\w+)(?::?[-=+?]([^}]*))?[^}]*\})")

_Ends = tuple[frozenset[int], frozenset[int]]  # how it may go on, and how the shell may have ended


def ends(text: str, run: Run, errexit: bool = False, pipefail: bool = False) -> frozenset[int]:
    """How a shell text may end, where `run` tells it of one command. Raises `ValueError`."""
    return _Shell(run, errexit, pipefail).text(text)


class _Shell:
    def __init__(self, run: Run, errexit: bool, pipefail: bool) -> None:
        self.run = run
        self.errexit = errexit
        self.pipefail = pipefail
        self.asked = False
        self.assigned: set[str] = set()  # what holds no answer of its own is the environment's
        self.trap: str | None = None
        self.functions: dict[str, Node] = {}
        self.depth = 0

    def text(self, text: str, status: int = OK) -> frozenset[int]:
        going, ended = self.sequence(parsed(text), status)
        results = going | ended
        if self.trap is None:
            return results
        last, self.trap = self.trap, None
        return frozenset().union(*(self._trapped(last, status) for status in results))

    def _trapped(self, text: str, status: int) -> frozenset[int]:
        """How a shell that ends by `status` ends after its trap: as before, unless that exits."""
        going, ended = self.sequence(parsed(text), status)
        return ended | (frozenset({status}) if going else frozenset())

    def sequence(self, node: List, status: int) -> _Ends:
        going, ended = frozenset({status}), frozenset[int]()
        for item in node.items:
            parts = [self.and_or(item, each) for each in going]
            going = frozenset().union(*(g for g, _ in parts))
            ended = ended.union(*(e for _, e in parts))
        return (going | ended, frozenset()) if node.subshell else (going, ended)

    def and_or(self, node: AndOr, status: int) -> _Ends:
        going, ended = self.pipe(node.first, status)
        unchecked = going if not node.rest else frozenset[int]()
        for index, (operator, pipe) in enumerate(node.rest):
            skipped = going & {FAILED if operator == "&&" else OK}
            parts = [self.pipe(pipe, each) for each in going - skipped]
            results = frozenset[int]().union(*(g for g, _ in parts))
            ended = ended.union(*(e for _, e in parts))
            going = skipped | results
            unchecked = results if index == len(node.rest) - 1 else frozenset()
        if node.background:
            return frozenset({OK}), frozenset()
        last = node.rest[-1][1] if node.rest else node.first
        if self.errexit and FAILED in unchecked and not last.negated:
            stays = going - {FAILED} | (going - unchecked)
            return stays, ended | {FAILED}
        return going, ended

    def pipe(self, node: Pipe, status: int) -> _Ends:
        if len(node.commands) == 1:
            going, ended = self.command(node.commands[0], status)
        else:
            going, ended = self._pipeline(node.commands, status), frozenset()
        return (frozenset(1 - each for each in going) if node.negated else going), ended

    def _pipeline(self, commands: Sequence[Node], status: int) -> frozenset[int]:
        results = [self._of(command, status, output=True) for command in commands[:-1]]
        asks = EITHER in results
        self.asked = self.asked or asks
        last = commands[-1]
        program = _program(last)
        if program in _JUDGES or program == "awk" and _exits(last):
            end = EITHER if asks else frozenset({OK})
        elif program in _FILTERS:
            end = frozenset({OK})
        else:
            end = self._of(last, status)
            end = EITHER if asks and program == "xargs" else end
        if self.pipefail and any(FAILED in each for each in results):
            end |= {FAILED}
        return self._noted(end)

    def _of(self, node: Node, status: int, output: bool = False) -> frozenset[int]:
        """How a part of a pipeline may end; it is a shell of its own."""
        going, ended = self.command(node, status, output)
        return going | ended

    def command(self, node: Node, status: int, output: bool = False) -> _Ends:
        if isinstance(node, Simple):
            return self.simple(node, status, output)
        if isinstance(node, List):
            return self.sequence(node, status)
        if isinstance(node, If):
            return self.branches(node, status)
        if isinstance(node, Loop):
            return self.loop(node, status)
        if isinstance(node, Case):
            parts = [self.sequence(body, OK) for body in node.bodies]
            going = frozenset({OK}).union(*(g for g, _ in parts))
            return going, frozenset[int]().union(*(e for _, e in parts))
        self.functions[node.name] = node.body
        return frozenset({OK}), frozenset()

    def branches(self, node: If, status: int) -> _Ends:
        waiting, going, ended = frozenset({status}), frozenset[int](), frozenset[int]()
        for condition, body in node.branches:
            results = [self._condition(condition, each) for each in waiting]
            held = frozenset[int]().union(*(g for g, _ in results))
            ended = ended.union(*(e for _, e in results))
            if OK in held:
                more, exits = self.sequence(body, OK)
                going, ended = going | more, ended | exits
            waiting = held & {FAILED}
        if waiting:
            more, exits = self.sequence(node.otherwise, FAILED if node.otherwise.items else OK)
            going, ended = going | more, ended | exits
        return going, ended

    def loop(self, node: Loop, status: int) -> _Ends:
        """A loop that waits for something waits until the engine gives up on the check."""
        if node.condition is None:
            self.assigned.add(node.name)
            for word in node.words:
                self._expanded(word)
            going, ended = self.sequence(node.body, OK)
            return going, ended
        held, ended = self._condition(node.condition, status)
        enters, leaves = (FAILED, OK) if node.until else (OK, FAILED)
        going = frozenset({OK}) if leaves in held else frozenset[int]()
        if enters in held:
            _, exits = self.sequence(node.body, enters)
            going, ended = going | {FAILED}, ended | exits
        return going, ended

    def _condition(self, node: List, status: int) -> _Ends:
        errexit, self.errexit = self.errexit, False
        found = self.sequence(node, status)
        self.errexit = errexit
        return found

    def simple(self, node: Simple, status: int, output: bool) -> _Ends:
        words = list(node.words)
        answer: frozenset[int] | None = None
        while words and words[0].bare and ASSIGNMENT.match(words[0].text):
            self.assigned.add(words[0].text.partition("=")[0].rstrip("+"))
            if words[0].commands:  # it ends as what it substitutes
                answer = EITHER if self._asks(words[0]) else frozenset({OK})
            words = words[1:]
        called = [text for text in (self._expanded(word) for word in words) if text]
        if node.connects:
            return self._noted(EITHER), frozenset()
        if not called:
            return self._noted(answer or frozenset({OK})), frozenset()
        special = self._special(called, status)
        if special is not None:
            return special
        called = [word.replace("$?", str(status)) for word in called]
        return self._noted(self.run(called, output)), frozenset()

    def _special(self, called: list[str], status: int) -> _Ends | None:
        """What the shell does itself; None where it runs a program."""
        name, arguments = called[0], called[1:]
        nothing = frozenset[int]()
        if name in ("exit", "return"):
            return nothing, _code(arguments, status)
        if name in ("break", "continue"):
            return frozenset({OK}), nothing
        if name == "set":
            flags = " ".join(arguments)
            self.errexit = _set(flags, "e", "errexit", self.errexit)
            self.pipefail = _set(flags, "", "pipefail", self.pipefail)
            return frozenset({OK}), nothing
        if name == "trap":
            signals = {argument.upper().removeprefix("SIG") for argument in arguments[1:]}
            if signals & {"EXIT", "0", "ERR"}:
                self.trap = None if arguments[0] == "-" else arguments[0]
            return frozenset({OK}), nothing
        if name in ("export", "local", "declare", "readonly", "read"):
            self.assigned.update(argument.partition("=")[0] for argument in arguments)
        if name == "alias":
            for argument in arguments:
                alias, _, text = argument.partition("=")
                self.functions[alias] = parsed(text)
        body = self.functions.get(name) if name != "eval" else parsed(" ".join(arguments))
        if body is None:
            return None
        self.depth += 1
        if self.depth > DEEPEST:
            raise ValueError("it calls itself")
        going, ended = self.command(body, status)
        self.depth -= 1
        return going, ended

    def _expanded(self, word: Word) -> str:
        """The word as a program gets it: with a `$` where it holds an answer."""
        text = word.text
        for command in word.commands:
            mark = "$" if self._asks(Word("", commands=(command,))) else ""
            text = text.replace(f"$({command})", mark).replace(f"`{command}`", mark)
        return text if word.literal else _REFERENCE.sub(self._value, text)

    def _value(self, found: re.Match[str]) -> str:
        """A variable that may hold an answer as it is, any other as a text that tells nothing."""
        name = found[1] or found[2]
        if self.asked and name in self.assigned:
            return found[0]
        return found[3] or name

    def _asks(self, word: Word) -> bool:
        """Whether what it substitutes is an answer: that of any command inside."""
        lists = [parsed(command) for command in word.commands]
        pipes = [
            pipe
            for found in lists
            for item in found.items
            for pipe in (item.first, *(pipe for _, pipe in item.rest))
        ]
        found = [self._of(each, OK, output=True) for pipe in pipes for each in pipe.commands]
        self.asked = self.asked or EITHER in found
        return EITHER in found

    def _noted(self, found: frozenset[int]) -> frozenset[int]:
        self.asked = self.asked or found == EITHER
        return found


def _program(node: Node) -> str:
    """The program a simple command runs; empty for anything else."""
    if not isinstance(node, Simple):
        return ""
    words = [w.text for w in node.words if not (w.bare and ASSIGNMENT.match(w.text))]
    return words[0].rpartition("/")[2] if words else ""


def _exits(node: Node) -> bool:
    """Whether a program of awk ends by a status of its own."""
    return isinstance(node, Simple) and any("exit" in word.text for word in node.words)


def _code(arguments: Sequence[str], status: int) -> frozenset[int]:
    """How a shell ends that is told to by `exit`."""
    code = arguments[0] if arguments else "$?"
    if code == "$?":
        return frozenset({status})
    if "$" in code:
        return EITHER
    if not code.isdecimal():
        return frozenset({FAILED if code.startswith("-") else status})
    return frozenset({OK if int(code) % 256 == 0 else FAILED})


def _set(flags: str, letter: str, name: str, now: bool) -> bool:
    """Whether a flag of the shell is on after `set`."""
    if re.search(rf"(?:^|\s)\+(?:\w*o)?\s*{name}\b", flags):
        return False
    if re.search(rf"(?:^|\s)-\w*o\s+{name}\b", flags):
        return True
    if letter and re.search(rf"(?:^|\s)\+\w*{letter}", flags):
        return False
    return now or bool(letter and re.search(rf"(?:^|\s)-\w*{letter}", flags))
