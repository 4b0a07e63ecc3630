"""The edge's nginx configurations in a plan, with their includes written out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import PurePosixPath

from policies.files import File, files
from policies.inputs import Undecided
from policies.nginx import Directive, parsed
from policies.planned import CONTAINER, Planned, Stack

_TOP = {"http", "server", "upstream"}


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
        """The servers; those of an upstream are addresses."""
        around = [self.root, *self.root.inside("http")]
        return [server for outer in around for server in outer.inside("server")]

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
        elif ";" in file.text and (tree := parsed(file.text)) is not None:
            trees[file] = tree
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
