"""An nginx configuration as crossplane reads it: directives, not text."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import crossplane  # type: ignore[import-untyped]

Directive = dict[str, Any]


def read(files: Mapping[str, str], root: Path, written: str) -> list[Directive]:
    """Directives of the whole configuration, includes in place.

    `root` takes the files that think they are in the directory `written`.
    """
    (root / "mime.types").write_text("types { text/html html; }\n")
    for name, text in files.items():
        here = text.replace(written, str(root)).replace("/etc/nginx/mime.types", "mime.types")
        (root / name).write_text(here)
    parsed = crossplane.parse(str(root / "nginx.conf"), combine=True)
    assert parsed["status"] == "ok", parsed["errors"]
    found: list[Directive] = parsed["config"][0]["parsed"]
    return found


def every(directives: list[Directive], *names: str) -> Iterator[Directive]:
    """Directives of these names, at any depth."""
    for each in directives:
        if each["directive"] in names:
            yield each
        yield from every(each.get("block", []), *names)


def inside(directives: list[Directive], *path: str) -> list[Directive]:
    """The block of the one directive that a path of `name argument…` leads to."""
    for step in path:
        (found,) = [d for d in directives if " ".join([d["directive"], *d["args"]]) == step]
        directives = found["block"]
    return directives


def arguments(directives: list[Directive], name: str) -> list[list[str]]:
    """What each directive of a name says in this block, not deeper."""
    return [list(d["args"]) for d in directives if d["directive"] == name]
