"""Resources for the rules' own examples: the least that says what an example is about."""

from __future__ import annotations

from typing import Any

from policies.planned import CONTAINER, SERVICE, Options, Planned, Stack

_NONE = Options()

DIGEST = "sha256:" + "0a" * 32


def planned(
    type: str,
    name: str = "example",
    stack: str = "prod",
    opts: Options = _NONE,
    /,
    **inputs: Any,
) -> Planned:
    """A resource of `type` with inputs named as in the schema (camelCase)."""
    return Planned(type, f"urn:pulumi:{stack}::task-tracker::{type}::{name}", inputs, opts)


def container(
    name: str = "example", stack: str = "prod", opts: Options = _NONE, **inputs: Any
) -> Planned:
    return planned(CONTAINER, name, stack, opts, **inputs)


def service(
    name: str = "example",
    stack: str = "prod",
    opts: Options = _NONE,
    spec: dict[str, Any] | None = None,
    task: dict[str, Any] | None = None,
    **inputs: Any,
) -> Planned:
    """A service whose container has `spec` and whose task has `task`."""
    return planned(
        SERVICE, name, stack, opts, taskSpec={"containerSpec": spec or {}, **(task or {})}, **inputs
    )


def stack(*resources: Planned, name: str = "prod", **settings: Any) -> Stack:
    """A stack of these resources; `settings` are what its file says."""
    return Stack(name, resources, settings)


def edge(text: str, stack: str = "prod") -> Planned:
    """A container that carries `text` as an nginx configuration."""
    return container("edge-files", stack, uploads=[{"file": "/live/nginx.conf", "content": text}])
