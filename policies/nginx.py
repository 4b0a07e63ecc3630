"""nginx configurations inside a plan, read by crossplane, with their includes written out."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from policies.files import File, files
from policies.planned import CONTAINER, Planned, Stack
from policies.values import Undecided

_TOP = {"http", "server", "upstream"}


@dataclass(frozen=True)
class Directive:
    """One directive; `block` is empty for one that has none."""

    name: str
    args: tuple[str, ...]
    block: tuple[Directive, ...] = ()

    def inside(self, name: str) -> Iterator[Directive]:
        """The directives called `name` right below this one."""
        return (directive for directive in self.block if directive.name == name)

    def below(self, name: str) -> Iterator[Directive]:
        """The directives called `name` at any depth below this one."""
        for directive in self.block:
            if directive.name == name:
                yield directive
            yield from directive.below(name)


@dataclass(frozen=True)
class Site:
    """A whole configuration, and the resource that carries its main file.

    `missing` names an include whose text isn't known: what it may hold can't be judged.
    """

    owner: Planned
    root: Directive
    missing: str

    def require(self) -> None:
        """Give up where something was not found that an unknown file may hold."""
        if self.missing:
            raise Undecided(self.missing)

    def servers(self) -> list[Directive]:
        return list(self.root.below("server"))

    def variable(self, text: str) -> list[str]:
        """Every value `text` may have, where it is a variable of `map` or `set`; else itself."""
        if not text.startswith("$"):
            return [text]
        values = [d.args[1] for d in self.root.below("set") if d.args and d.args[0] == text]
        for mapping in self.root.below("map"):
            if mapping.args[-1:] == (text,):
                values += [entry.args[-1] for entry in mapping.block if entry.args]
        return values or [text]


@lru_cache(maxsize=2)  # each rule asks for the same ones
def sites(stack: Stack) -> list[Site]:
    """Every configuration of the edge. Raises `Undecided` where a main file isn't known."""
    trees: dict[File, tuple[Directive, ...]] = {}
    unknown: list[File] = []
    for file in files(stack):
        if not _of_edge(file.owner):
            continue
        if not isinstance(file.text, str):
            unknown.append(file)
        elif ";" in file.text and (parsed := _parsed(file.text)) is not None:
            trees[file] = parsed
    included: set[File] = set()
    found = []
    for file, tree in trees.items():
        missing: list[str] = []
        root = Directive("", (), tuple(_inlined(tree, trees, unknown, included, missing, (file,))))
        found.append((file, Site(file.owner, root, missing[0] if missing else "")))
    mains = [
        site
        for file, site in found
        if file not in included and any(d.name in _TOP and d.block for d in site.root.block)
    ]
    if not mains and unknown:
        raise Undecided(f"{unknown[0].owner.name}.{unknown[0].where}")
    return mains


def _of_edge(resource: Planned) -> bool:
    """Whether a file is the edge's: what says that it is another service's is not."""
    return resource.type != CONTAINER or resource.workload.service in ("", "nginx", "edge")


def _inlined(
    tree: Sequence[Directive],
    trees: Mapping[File, tuple[Directive, ...]],
    unknown: Sequence[File],
    included: set[File],
    missing: list[str],
    above: tuple[File, ...],
) -> Iterator[Directive]:
    for directive in tree:
        if directive.name == "include" and directive.args:
            inner = [f for f in trees if f not in above and _means(directive.args[0], f)]
            for file in inner:
                included.add(file)
                yield from _inlined(trees[file], trees, unknown, included, missing, (*above, file))
            if not inner:
                missing += [f"{f.owner.name}.{f.where}" for f in unknown[:1]]
        elif directive.block:
            block = _inlined(directive.block, trees, unknown, included, missing, above)
            yield Directive(directive.name, directive.args, tuple(block))
        else:
            yield directive


def _means(pattern: str, file: File) -> bool:
    """Whether an include means a file: by its path, or by name where only that is known."""
    path = str(file.path)
    if path.startswith("/") and pattern.startswith("/"):
        return fnmatchcase(path, pattern)
    return fnmatchcase(file.name, PurePosixPath(pattern).name)


def _parsed(text: str) -> tuple[Directive, ...] | None:
    """The directives of a text; None for one that isn't nginx's."""
    import crossplane  # type: ignore[import-untyped]  # only stacks with such files pay for it

    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write(text)
        file.flush()
        payload = crossplane.parse(file.name, single=True, check_ctx=False, check_args=False)
    if payload["status"] != "ok":
        return None
    return tuple(_directive(entry) for entry in payload["config"][0]["parsed"])


def _directive(entry: Mapping[str, Any]) -> Directive:
    block = tuple(_directive(inner) for inner in entry.get("block") or ())
    return Directive(entry["directive"], tuple(entry["args"]), block)


def contexts(
    directive: Directive, name: str, inherited: tuple[Directive, ...] = ()
) -> Iterator[tuple[Directive, tuple[Directive, ...]]]:
    """Each place that answers (server, location, if), with the `name` directives that hold there.

    nginx inherits them only where the inner level has none of its own.
    """
    own = tuple(directive.inside(name)) or inherited
    if directive.name in ("server", "location", "if"):
        yield directive, own
    for inner in directive.block:
        if inner.name in ("http", "server", "location", "if", "limit_except"):
            yield from contexts(inner, name, own)


def place(directive: Directive) -> str:
    """How a message names a context."""
    if directive.name == "server":
        names = [d.args for d in directive.inside("server_name")]
        return f"server {' '.join(names[0])}" if names else "server"
    return " ".join((directive.name, *directive.args))


def is_tls(server: Directive) -> bool:
    """Whether a server speaks TLS."""
    return any("ssl" in listen.args for listen in server.inside("listen"))


def redirects(server: Directive) -> bool:
    """Whether a server sends everybody to HTTPS, its own health check and ACME aside."""
    answers = [server, *server.below("location")]
    aside = ("health", ".well-known/acme-challenge", "stub_status", "metrics")
    for answer in answers:
        returned = [d.args for d in answer.inside("return") if d.args]
        if any(args[0] in ("301", "308") and "https://" in args[-1] for args in returned):
            continue
        if answer is server and any(server.below("location")):
            continue
        if answer.name == "location" and any(name in answer.args[-1] for name in aside):
            continue
        return False
    return True
