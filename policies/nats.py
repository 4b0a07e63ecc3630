"""The language of a NATS server's configuration, as far as it says who may do what.

Its grammar is conf/lex.go of the server: JSON with fewer quotes, and comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

INCLUDE = "include"

_BETWEEN = re.compile(r"(?:[\s,;]|#[^\n]*|//[^\n]*)*")
_KEY = re.compile(r"[^\s:={},;\[\]\"'#]+")
_SIGN = re.compile(r"[ \t]*[:=]?\s*")
_BARE = re.compile(r"[^\s,;\]}]+")
_WILD = {"*", ">"}
_DEEPEST = 30


def parsed(text: str) -> dict[str, Any]:
    """A configuration as dictionaries, lists and texts; keys are small, includes are a list.

    Raises `ValueError` for what is none.
    """
    reader = _Reader(text)
    found = reader.map(0)
    if reader.place < len(text):
        raise ValueError("something closes what was not opened")
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.place)
        self.place = found.end() if found else self.place
        return found[0] if found else ""

    def map(self, depth: int) -> dict[str, Any]:
        if depth > _DEEPEST:
            raise ValueError("it is nested too deeply")
        made: dict[str, Any] = {}
        while True:
            self.skip(_BETWEEN)
            if self.place >= len(self.text) or self.text[self.place] == "}":
                return made
            key = self.key().lower()
            self.skip(_SIGN)
            value = self.value(depth + 1)
            if key == INCLUDE:
                made.setdefault(INCLUDE, []).append(str(value))
            else:
                made[key] = value

    def key(self) -> str:
        if self.text[self.place] in "\"'":
            return self.quoted()
        key = self.skip(_KEY)
        if not key:
            raise ValueError("a name is missing")
        return key

    def quoted(self) -> str:
        mark = self.text[self.place]
        end = self.place + 1
        while end < len(self.text) and self.text[end] != mark:
            end += 2 if self.text[end] == "\\" and mark == '"' else 1
        if end >= len(self.text):
            raise ValueError("a quote is not closed")
        made, self.place = self.text[self.place + 1 : end], end + 1
        return made

    def value(self, depth: int) -> Any:
        here = self.text[self.place : self.place + 1]
        if here == "{":
            self.place += 1
            made = self.map(depth)
            self.close("}")
            return made
        if here == "[":
            self.place += 1
            return self.array(depth)
        if here and here in "\"'":
            return self.quoted()
        value = self.skip(_BARE)
        if not value:
            raise ValueError("a value is missing")
        return value

    def array(self, depth: int) -> list[Any]:
        if depth > _DEEPEST:
            raise ValueError("it is nested too deeply")
        made: list[Any] = []
        while True:
            self.skip(_BETWEEN)
            if self.text[self.place : self.place + 1] == "]":
                self.place += 1
                return made
            made.append(self.value(depth + 1))

    def close(self, sign: str) -> None:
        if self.text[self.place : self.place + 1] != sign:
            raise ValueError(f"{sign} is missing")
        self.place += 1


def names_users(configuration: dict[str, Any]) -> bool:
    """Whether a server asks its clients who they are; what it includes there may name them."""
    authorization = _map(configuration.get("authorization"))
    inside = [authorization, *map(_map, _map(configuration.get("accounts")).values())]
    own = any(key in authorization for key in ("user", "username", "token", "auth_callout"))
    named = any(each.get("users") or each.get("nkeys") or each.get(INCLUDE) for each in inside)
    return own or named or bool({"operator", "resolver"} & {*configuration})


def faults(configuration: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the users of a configuration, or of a part of one that is included."""
    if _holds(configuration, "no_auth_user"):
        yield "no_auth_user lets clients in without a password"
    authorization = _map(configuration.get("authorization"))
    if {"user", "username", "token"} & {*authorization} and not authorization.get("users"):
        yield "all its clients share one account"
    accounts = _map(configuration.get("accounts"))
    users, without, wide = 0, 0, False
    for place in (configuration, authorization, *map(_map, accounts.values())):
        usual = place.get("default_permissions")
        for user in (*_list(place.get("users")), *_list(place.get("nkeys"))):
            allowed = _map(user).get("permissions", usual)
            users += 1
            without += allowed is None
            wide = wide or (allowed is not None and _everything(allowed))
    if without:
        yield f"{without} of {users} users have no permissions of their own"
    if wide:
        yield "a user may publish or read every subject"


def _holds(value: Any, key: str) -> bool:
    """Whether a key is anywhere in it: sockets and other protocols have settings of their own."""
    if isinstance(value, dict):
        return key in value or any(_holds(inner, key) for inner in value.values())
    return any(_holds(inner, key) for inner in _list(value))


def _everything(permissions: Any) -> bool:
    """Whether one of them allows every subject; what is left out is allowed."""
    given = _map(permissions)
    for names in (("publish", "pub"), ("subscribe", "sub")):
        allowed = next((given[name] for name in names if name in given), None)
        rules = allowed if isinstance(allowed, dict) else {"allow": allowed}
        if _wild(rules.get("deny")):
            continue
        if rules.get("allow") is None or _wild(rules["allow"]):
            return True
    return False


def _wild(subjects: Any) -> bool:
    """Whether one of them stands for every subject; a queue's name may follow it."""
    if subjects is None:
        return False
    each = subjects if isinstance(subjects, list) else [subjects]
    return any({*(str(s).split() or [""])[0].split(".")} <= _WILD for s in each)


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
