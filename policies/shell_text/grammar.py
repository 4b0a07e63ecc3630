"""A shell's grammar, as far as checks use it."""

from __future__ import annotations

from policies.shell_text.syntax import (
    DEEPEST,
    AndOr,
    Case,
    Function,
    If,
    List,
    Loop,
    Node,
    Operator,
    Pipe,
    Simple,
    Word,
)
from policies.shell_text.words import tokens

_CLOSERS = {"then", "do", "elif", "else", "fi", "done", "esac", "}", ")", ";;", ";;&"}


def parsed(text: str) -> List:
    """A text as what a shell makes of it. Raises `ValueError`."""
    reader = _Reader(list(tokens(text)))
    found = reader.list(frozenset())
    if reader.here is not None:
        raise ValueError(f"{reader.here} begins nothing")
    return found


class _Reader:
    """A shell's grammar, as far as checks use it: a method for each of its rules."""

    def __init__(self, tokens: list[Word | Operator]) -> None:
        self.tokens = tokens
        self.place = 0
        self.depth = 0

    @property
    def here(self) -> str | None:
        """The operator or the unquoted word here; None at the end."""
        if self.place >= len(self.tokens):
            return None
        token = self.tokens[self.place]
        return token.text if isinstance(token, Word) else str(token)

    def is_word(self, *texts: str) -> bool:
        token = self.tokens[self.place] if self.place < len(self.tokens) else None
        return isinstance(token, Word) and token.bare and token.text in texts

    def is_operator(self, *texts: str) -> bool:
        token = self.tokens[self.place] if self.place < len(self.tokens) else None
        return isinstance(token, Operator) and token in texts

    def take(self, text: str) -> None:
        if not (self.is_word(text) or self.is_operator(text)):
            raise ValueError(f"{text} is missing")
        self.place += 1

    def lines(self) -> None:
        while self.is_operator(";", "\n"):
            self.place += 1

    def list(self, closers: frozenset[str], subshell: bool = False) -> List:
        items = []
        self.depth += 1
        if self.depth > DEEPEST:
            raise ValueError("it is nested too deeply")
        self.lines()
        while self.here is not None and not self._closed(closers):
            items.append(self.and_or())
            self.lines()
        self.depth -= 1
        return List(tuple(items), subshell)

    def _closed(self, closers: frozenset[str]) -> bool:
        if self.is_word(*_CLOSERS) or self.is_operator(*_CLOSERS):
            if self.here not in closers:
                raise ValueError(f"{self.here} closes nothing")
            return True
        return False

    def and_or(self) -> AndOr:
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
        return AndOr(first, tuple(rest), background)

    def pipe(self) -> Pipe:
        negated = False
        while self.is_word("!"):
            negated, self.place = not negated, self.place + 1
        commands = [self.command()]
        while self.is_operator("|"):
            self.place += 1
            while self.is_operator("\n"):
                self.place += 1
            commands.append(self.command())
        return Pipe(tuple(commands), negated)

    def command(self) -> Node:
        found = self._compound()
        if found is None:
            return self.simple()
        connects = False
        while self.is_operator("connects") or self._is_redirected():
            connects, self.place = connects or self.here == "connects", self.place + 1
        return Simple(connects=True) if connects else found

    def _is_redirected(self) -> bool:
        token = self.tokens[self.place] if self.place < len(self.tokens) else None
        return isinstance(token, Word) and token.redirected

    def _compound(self) -> Node | None:
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
        return Function(name, self.command())

    def _names_function(self) -> bool:
        return [str(t) for t in self.tokens[self.place + 1 : self.place + 3]] == ["(", ")"]

    def _group(self, opening: str, closing: str) -> List:
        self.take(opening)
        found = self.list(frozenset({closing}), subshell=opening == "(")
        self.take(closing)
        return found

    def _if(self) -> If:
        branches = []
        while self.is_word("if", "elif"):
            self.place += 1
            condition = self.list(frozenset({"then"}))
            self.take("then")
            branches.append((condition, self.list(frozenset({"elif", "else", "fi"}))))
        otherwise = List(())
        if self.is_word("else"):
            self.place += 1
            otherwise = self.list(frozenset({"fi"}))
        self.take("fi")
        return If(tuple(branches), otherwise)

    def _loop(self) -> Loop:
        until = self.is_word("until")
        self.place += 1
        condition = self.list(frozenset({"do"}))
        return Loop(until, condition, self._body())

    def _for(self) -> Loop:
        self.place += 1
        name, words = str(self.here), list[Word]()
        while self.here is not None and not self.is_word("do"):
            token = self.tokens[self.place]
            words += [token] if isinstance(token, Word) else []
            self.place += 1
        return Loop(False, None, self._body(), name, tuple(words))

    def _body(self) -> List:
        self.take("do")
        body = self.list(frozenset({"done"}))
        self.take("done")
        return body

    def _case(self) -> Case:
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
        return Case(tuple(bodies))

    def simple(self) -> Simple:
        made = Simple()
        condition = self.is_word("[[")
        while self.place < len(self.tokens):
            token = self.tokens[self.place]
            if isinstance(token, Word):
                made.words.append(token)
                condition = condition and not (token.bare and token.text == "]]")
            elif token == "connects":
                made.connects = True
            elif condition:
                made.words.append(Word(str(token)))
            else:
                break
            self.place += 1
        if not made.words and not made.connects:
            raise ValueError(f"{self.here} is out of place")
        return made
