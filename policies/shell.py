"""How a shell text may end: read as a shell reads it, and followed command by command.

Each command ends as success, as failure or, when it asks something, as either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

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
_OPERATOR = re.compile(r"&&|\|\||;;&?|\|&|[;|&()\n]")
_REDIRECTION = re.compile(r"(?:\d*(?:<<<|<<-?|<>|<&|>&|>>|>\||[<>])|&>>?)[ \t]*")
_COMMENT = re.compile(r"#[^\n]*")
_REFERENCE = re.compile(r"\$(?:(\w+)|\{#?(\w+)(?::?[-=+?]([^}]*))?[^}]*\})")
_ASSIGNMENT = re.compile(r"\w+\+?=")
_CLOSERS = {"then", "do", "elif", "else", "fi", "done", "esac", "}", ")", ";;", ";;&"}
_DEEPEST = 10  # each level may double what is to follow


class _Operator(str):
    """A token that is no word, whatever it looks like."""


@dataclass(frozen=True)
class _Word:
    """A word without its quotes; what it substitutes is kept beside it."""

    text: str
    bare: bool = True
    literal: bool = False  # its dollars are none of this shell's
    redirected: bool = False
    commands: tuple[str, ...] = ()


@dataclass
class _Simple:
    words: list[_Word] = field(default_factory=list)
    connects: bool = False  # it is joined to a socket (bash's /dev/tcp): asking is enough


@dataclass(frozen=True)
class _Pipe:
    commands: tuple[_Node, ...]
    negated: bool = False


@dataclass(frozen=True)
class _AndOr:
    first: _Pipe
    rest: tuple[tuple[str, _Pipe], ...]
    background: bool = False


@dataclass(frozen=True)
class _List:
    items: tuple[_AndOr, ...]
    subshell: bool = False


@dataclass(frozen=True)
class _If:
    branches: tuple[tuple[_List, _List], ...]
    otherwise: _List


@dataclass(frozen=True)
class _Loop:
    until: bool
    condition: _List | None  # none for a loop over words
    body: _List
    name: str = ""
    words: tuple[_Word, ...] = ()


@dataclass(frozen=True)
class _Case:
    bodies: tuple[_List, ...]


@dataclass(frozen=True)
class _Function:
    name: str
    body: _Node


_Node = _Simple | _List | _If | _Loop | _Case | _Function
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
        self.functions: dict[str, _Node] = {}
        self.depth = 0

    def text(self, text: str, status: int = OK) -> frozenset[int]:
        going, ended = self.sequence(_parsed(text), status)
        results = going | ended
        if self.trap is None:
            return results
        last, self.trap = self.trap, None
        return frozenset().union(*(self._trapped(last, status) for status in results))

    def _trapped(self, text: str, status: int) -> frozenset[int]:
        """How a shell that ends by `status` ends after its trap: as before, unless that exits."""
        going, ended = self.sequence(_parsed(text), status)
        return ended | (frozenset({status}) if going else frozenset())

    def sequence(self, node: _List, status: int) -> _Ends:
        going, ended = frozenset({status}), frozenset[int]()
        for item in node.items:
            parts = [self.and_or(item, each) for each in going]
            going = frozenset().union(*(g for g, _ in parts))
            ended = ended.union(*(e for _, e in parts))
        return (going | ended, frozenset()) if node.subshell else (going, ended)

    def and_or(self, node: _AndOr, status: int) -> _Ends:
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

    def pipe(self, node: _Pipe, status: int) -> _Ends:
        if len(node.commands) == 1:
            going, ended = self.command(node.commands[0], status)
        else:
            going, ended = self._pipeline(node.commands, status), frozenset()
        return (frozenset(1 - each for each in going) if node.negated else going), ended

    def _pipeline(self, commands: Sequence[_Node], status: int) -> frozenset[int]:
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

    def _of(self, node: _Node, status: int, output: bool = False) -> frozenset[int]:
        """How a part of a pipeline may end; it is a shell of its own."""
        going, ended = self.command(node, status, output)
        return going | ended

    def command(self, node: _Node, status: int, output: bool = False) -> _Ends:
        if isinstance(node, _Simple):
            return self.simple(node, status, output)
        if isinstance(node, _List):
            return self.sequence(node, status)
        if isinstance(node, _If):
            return self.branches(node, status)
        if isinstance(node, _Loop):
            return self.loop(node, status)
        if isinstance(node, _Case):
            parts = [self.sequence(body, OK) for body in node.bodies]
            going = frozenset({OK}).union(*(g for g, _ in parts))
            return going, frozenset[int]().union(*(e for _, e in parts))
        self.functions[node.name] = node.body
        return frozenset({OK}), frozenset()

    def branches(self, node: _If, status: int) -> _Ends:
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

    def loop(self, node: _Loop, status: int) -> _Ends:
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

    def _condition(self, node: _List, status: int) -> _Ends:
        errexit, self.errexit = self.errexit, False
        found = self.sequence(node, status)
        self.errexit = errexit
        return found

    def simple(self, node: _Simple, status: int, output: bool) -> _Ends:
        words = list(node.words)
        answer: frozenset[int] | None = None
        while words and words[0].bare and _ASSIGNMENT.match(words[0].text):
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
                self.functions[alias] = _parsed(text)
        body = self.functions.get(name) if name != "eval" else _parsed(" ".join(arguments))
        if body is None:
            return None
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ValueError("it calls itself")
        going, ended = self.command(body, status)
        self.depth -= 1
        return going, ended

    def _expanded(self, word: _Word) -> str:
        """The word as a program gets it: with a `$` where it holds an answer."""
        text = word.text
        for command in word.commands:
            mark = "$" if self._asks(_Word("", commands=(command,))) else ""
            text = text.replace(f"$({command})", mark).replace(f"`{command}`", mark)
        return text if word.literal else _REFERENCE.sub(self._value, text)

    def _value(self, found: re.Match[str]) -> str:
        """A variable that may hold an answer as it is, any other as a text that tells nothing."""
        name = found[1] or found[2]
        if self.asked and name in self.assigned:
            return found[0]
        return found[3] or name

    def _asks(self, word: _Word) -> bool:
        """Whether what it substitutes is an answer: that of any command inside."""
        lists = [_parsed(command) for command in word.commands]
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


def _program(node: _Node) -> str:
    """The program a simple command runs; empty for anything else."""
    if not isinstance(node, _Simple):
        return ""
    words = [w.text for w in node.words if not (w.bare and _ASSIGNMENT.match(w.text))]
    return words[0].rpartition("/")[2] if words else ""


def _exits(node: _Node) -> bool:
    """Whether a program of awk ends by a status of its own."""
    return isinstance(node, _Simple) and any("exit" in word.text for word in node.words)


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


def _parsed(text: str) -> _List:
    """A text as what a shell makes of it. Raises `ValueError`."""
    reader = _Reader(list(_tokens(text)))
    found = reader.list(frozenset())
    if reader.here is not None:
        raise ValueError(f"{reader.here} begins nothing")
    return found


def _tokens(text: str) -> Iterator[_Word | _Operator]:
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
                yield _Operator("connects")
            elif redirection[0].strip() == "<":
                yield replace(word, redirected=True)
        elif operator := _OPERATOR.match(text, place):
            place = operator.end()
            yield _Operator("|" if operator[0] == "|&" else operator[0])
        else:
            word, place = _word(text, place)
            yield word


def _word(text: str, place: int) -> tuple[_Word, int]:
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
    return _Word(made, bare, literal, commands=tuple(commands)), place


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


class _Reader:
    """A shell's grammar, as far as checks use it: a method for each of its rules."""

    def __init__(self, tokens: list[_Word | _Operator]) -> None:
        self.tokens = tokens
        self.place = 0
        self.depth = 0

    @property
    def here(self) -> str | None:
        """The operator or the unquoted word here; None at the end."""
        if self.place >= len(self.tokens):
            return None
        token = self.tokens[self.place]
        return token.text if isinstance(token, _Word) else str(token)

    def is_word(self, *texts: str) -> bool:
        token = self.tokens[self.place] if self.place < len(self.tokens) else None
        return isinstance(token, _Word) and token.bare and token.text in texts

    def is_operator(self, *texts: str) -> bool:
        token = self.tokens[self.place] if self.place < len(self.tokens) else None
        return isinstance(token, _Operator) and token in texts

    def take(self, text: str) -> None:
        if not (self.is_word(text) or self.is_operator(text)):
            raise ValueError(f"{text} is missing")
        self.place += 1

    def lines(self) -> None:
        while self.is_operator(";", "\n"):
            self.place += 1

    def list(self, closers: frozenset[str], subshell: bool = False) -> _List:
        items = []
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ValueError("it is nested too deeply")
        self.lines()
        while self.here is not None and not self._closed(closers):
            items.append(self.and_or())
            self.lines()
        self.depth -= 1
        return _List(tuple(items), subshell)

    def _closed(self, closers: frozenset[str]) -> bool:
        if self.is_word(*_CLOSERS) or self.is_operator(*_CLOSERS):
            if self.here not in closers:
                raise ValueError(f"{self.here} closes nothing")
            return True
        return False

    def and_or(self) -> _AndOr:
        first, rest = self.pipe(), []
        while self.is_operator("&&", "||"):
            operator = str(self.here)
            self.place += 1
            while self.is_operator("\n"):
                self.place += 1
            rest.append((operator, self.pipe()))
        background = self.is_operator("&")
        if background:
            self.place += 1
        elif not (self.is_operator(";", "\n") or self.here is None or self.here in _CLOSERS):
            raise ValueError(f"{self.here} is out of place")
        return _AndOr(first, tuple(rest), background)

    def pipe(self) -> _Pipe:
        negated = False
        while self.is_word("!"):
            negated, self.place = not negated, self.place + 1
        commands = [self.command()]
        while self.is_operator("|"):
            self.place += 1
            while self.is_operator("\n"):
                self.place += 1
            commands.append(self.command())
        return _Pipe(tuple(commands), negated)

    def command(self) -> _Node:
        found = self._compound()
        if found is None:
            return self.simple()
        connects = False
        while self.is_operator("connects") or self._is_redirected():
            connects, self.place = connects or self.here == "connects", self.place + 1
        return _Simple(connects=True) if connects else found

    def _is_redirected(self) -> bool:
        token = self.tokens[self.place] if self.place < len(self.tokens) else None
        return isinstance(token, _Word) and token.redirected

    def _compound(self) -> _Node | None:
        if self.is_operator("("):
            return self._group("(", ")")
        if self.is_word("{"):
            return self._group("{", "}")
        if self.is_word("if"):
            return self._if()
        if self.is_word("while", "until"):
            return self._loop()
        if self.is_word("for", "select"):
            return self._for()
        if self.is_word("case"):
            return self._case()
        if self.is_word("function"):
            self.place += 1
        elif not self._names_function():
            return None
        name = str(self.here)
        self.place += 1
        if self.is_operator("("):
            self.place += 2
        self.lines()
        return _Function(name, self.command())

    def _names_function(self) -> bool:
        return [str(t) for t in self.tokens[self.place + 1 : self.place + 3]] == ["(", ")"]

    def _group(self, opening: str, closing: str) -> _List:
        self.take(opening)
        found = self.list(frozenset({closing}), subshell=opening == "(")
        self.take(closing)
        return found

    def _if(self) -> _If:
        branches = []
        while self.is_word("if", "elif"):
            self.place += 1
            condition = self.list(frozenset({"then"}))
            self.take("then")
            branches.append((condition, self.list(frozenset({"elif", "else", "fi"}))))
        otherwise = _List(())
        if self.is_word("else"):
            self.place += 1
            otherwise = self.list(frozenset({"fi"}))
        self.take("fi")
        return _If(tuple(branches), otherwise)

    def _loop(self) -> _Loop:
        until = self.is_word("until")
        self.place += 1
        condition = self.list(frozenset({"do"}))
        return _Loop(until, condition, self._body())

    def _for(self) -> _Loop:
        self.place += 1
        name, words = str(self.here), list[_Word]()
        while self.here is not None and not self.is_word("do"):
            token = self.tokens[self.place]
            words += [token] if isinstance(token, _Word) else []
            self.place += 1
        return _Loop(False, None, self._body(), name, tuple(words))

    def _body(self) -> _List:
        self.take("do")
        body = self.list(frozenset({"done"}))
        self.take("done")
        return body

    def _case(self) -> _Case:
        while self.here is not None and not self.is_word("in"):
            self.place += 1
        self.take("in")
        bodies = []
        self.lines()
        while self.here is not None and not self.is_word("esac"):
            while self.here is not None and not self.is_operator(")"):
                self.place += 1
            self.take(")")
            bodies.append(self.list(frozenset({";;", ";;&", "esac"})))
            if self.is_operator(";;", ";;&"):
                self.place += 1
            self.lines()
        self.take("esac")
        return _Case(tuple(bodies))

    def simple(self) -> _Simple:
        made = _Simple()
        condition = self.is_word("[[")
        while self.place < len(self.tokens):
            token = self.tokens[self.place]
            if isinstance(token, _Word):
                made.words.append(token)
                condition = condition and not (token.bare and token.text == "]]")
            elif token == "connects":
                made.connects = True
            elif condition:
                made.words.append(_Word(str(token)))
            else:
                break
            self.place += 1
        if not made.words and not made.connects:
            raise ValueError(f"{self.here} is out of place")
        return made
