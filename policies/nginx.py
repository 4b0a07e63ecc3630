"""nginx's language, read by crossplane."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

# The fewest arguments of the directives that rules read.
_LEAST = {
    **{"add_header": 2, "proxy_set_header": 2, "map": 2, "set": 2, "location": 1, "proxy_pass": 1},
    **{"server_name": 1, "ssl_ciphers": 1, "grpc_pass": 1, "fastcgi_pass": 1, "uwsgi_pass": 1},
    **{"client_max_body_size": 1, "limit_req_zone": 1, "proxy_read_timeout": 1, "upstream": 1},
}


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


@lru_cache(maxsize=32)
def parsed(text: str) -> tuple[Directive, ...] | None:
    """The directives of a text; None for one that isn't nginx's, or that nginx would refuse."""
    import crossplane  # type: ignore[import-untyped]  # only stacks with such files pay for it

    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write(text)
        file.flush()
        payload = crossplane.parse(file.name, single=True, check_ctx=False, check_args=False)
    if payload["status"] != "ok":
        return None
    tree = tuple(_directive(entry) for entry in payload["config"][0]["parsed"])
    return None if any(_refused(directive) for directive in tree) else tree


def _refused(directive: Directive) -> bool:
    """Whether it lacks what it can't do without, or something inside it does.

    The parser's own check knows no fragment: a file that is included begins at any level.
    """
    short = len(directive.args) < _LEAST.get(directive.name, 0)
    return short or any(_refused(inner) for inner in directive.block)


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


def host(target: str) -> str:
    """The host, or the upstream, that a target of proxy_pass names; with its port left out."""
    _, scheme, rest = target.partition("://")
    return (rest if scheme else target).split("/")[0].partition(":")[0]


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
        if answer.name == "location" and any(
            name in word for word in answer.args for name in aside
        ):
            continue
        return False
    return True
