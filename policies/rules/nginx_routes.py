"""A page that is asked of the api, or a call that a page answers, is an outage no probe sees. An
edge that a client tells where to go leads into every network it is on.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial

from policies.edge import Site, sites
from policies.example import container, edge, stack
from policies.nginx import Directive, host, redirects
from policies.planned import CONTAINER, Planned, Stack
from policies.rule import DEPLOYED, Config, Found, Rule, Severity
from policies.topology import declared

PASSES = ("proxy_pass", "grpc_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass")


class Routes(Config):
    """The service that answers an address, where the stack has it."""

    routes: Mapping[str, str] = {"/": "dashboard", "/api/tasks": "api", "/ws": "api"}


def check(stack: Stack, config: Routes) -> Iterator[Found]:
    services = {r.workload.service for r in stack.workloads if not r.workload.is_job}
    expected = {path: to for path, to in config.routes.items() if to in services}
    for site in sites(stack):
        for name in PASSES:
            for target in site.root.below(name):
                if chosen := _chosen(site, target.args[0]):
                    site.require()
                    yield site.owner, f"{name} goes where {chosen} says"
        answering = [s for s in site.servers() if any(s.below("proxy_pass"))]
        if expected and not answering and not all(redirects(s) for s in site.servers()):
            site.require()
            yield site.owner, f"no server leads to {', '.join(sorted({*expected.values()}))}"
        for server in answering:
            for path, to in expected.items():
                yield from ((site.owner, fault) for fault in _faults(stack, site, server, path, to))


def _faults(stack: Stack, site: Site, server: Directive, path: str, to: str) -> Iterator[str]:
    location = _location(server, path)
    targets = [] if location is None else list(location.inside("proxy_pass"))
    found = {
        service
        for target in targets
        for name in _servers(site, host(target.args[0]))
        for service in _services(stack, name)
    }
    if found != {to}:
        site.require()
        yield f"{path} leads to {', '.join(sorted(found)) or 'nothing'}, not to {to}"


def _location(block: Directive, path: str) -> Directive | None:
    """The location nginx takes for a path: the exact, then the longest prefix or a first regex."""
    longest: tuple[int, Directive | None, bool] = (-1, None, False)
    for location in block.inside("location"):
        sign, text = (location.args[0], location.args[-1]) if len(location.args) > 1 else ("", "")
        text = text or location.args[0]
        if sign == "=" and text == path:
            return location
        if sign in ("", "^~") and path.startswith(text) and len(text) > longest[0]:
            longest = (len(text), location, sign == "^~")
    if not longest[2]:
        for location in block.inside("location"):
            if location.args[0] in ("~", "~*") and _matches(location, path):
                return location
    inner = _location(longest[1], path) if longest[1] else None
    return inner or longest[1]


def _matches(location: Directive, path: str) -> bool:
    flags = re.IGNORECASE if location.args[0] == "~*" else 0
    try:
        return bool(re.search(location.args[-1], path, flags))
    except re.error:  # what only PCRE reads: better asked about than passed over
        return True


def _servers(site: Site, name: str) -> Iterator[str]:
    """The hosts behind a name: those of an upstream, or itself."""
    upstreams = [u for u in site.root.below("upstream") if u.args[0] == name]
    if not upstreams:
        yield from (host(value) for value in site.variable(name))
    for upstream in upstreams:
        for server in upstream.inside("server"):
            if server.args and "down" not in server.args:
                yield host(server.args[0])


def _services(stack: Stack, name: str) -> set[str]:
    """The services that answer to a host's name: by a container's own, or by an alias."""
    container = declared(stack, CONTAINER, name)
    if container is not None:
        return {container.workload.service}
    return {r.workload.service for r in stack.workloads if name in _aliases(r)} or {name}


def _aliases(resource: Planned) -> set[str]:
    found = {resource.name} if resource.type != CONTAINER else set()
    for network in resource.inputs.each("networksAdvanced"):
        found.update(network.texts("aliases"))
    return found


def _chosen(site: Site, target: str, depth: int = 0) -> str:
    """The variable that says where a target is, if nothing in the configuration fixes it."""
    _, scheme, rest = target.partition("://")
    for name in re.findall(r"\$\{?\w+\}?", (rest if scheme else target).split("/")[0]):
        plain: str = "$" + name.strip("${}")
        for value in site.variable(plain):
            if value == plain or depth > 5:
                return plain
            if inner := _chosen(site, value, depth + 1):
                return inner
    return ""


_LABELLED = partial(map, lambda name: container(
    name,
    labels=[{"label": "tasktracker.service", "value": name}],
    networksAdvanced=[{"name": "front", "aliases": [name]}],
))  # fmt: skip

rule = Rule(
    id="nginx-routes",
    title="Each address leads to its service, and no client says where to",
    severity=Severity.high,
    frameworks=("OWASP API7", "audit E2"),
    why=__doc__,
    mend="Lead / to the dashboard, /api/ and /ws to the api, each by an upstream of its own.",
    levels=DEPLOYED,
    config=Routes,
    passes=(
        stack(
            *_LABELLED(("api", "dashboard")),
            edge(
                "http { upstream b { server api:8000; } server { location / { proxy_pass "
                "http://dashboard; } location /api/ { proxy_pass http://b; } "
                "location = /ws { proxy_pass http://b; } } }"
            ),
        ),
        stack(edge("server { set $to http://api:8000; location / { proxy_pass $to; } }")),
        stack(),
    ),
    fails=(
        stack(
            *_LABELLED(("api", "dashboard")),
            edge(
                "server { location / { proxy_pass http://dashboard; } location /api/ { "
                "proxy_pass http://api; } }"
            ),
        ),
        stack(
            *_LABELLED(("api",)),
            edge(
                "http { upstream api { server db:1; } server { location / { proxy_pass "
                "http://api; } } }"
            ),
        ),
        stack(edge("server { location / { proxy_pass http://$arg_u; } }")),
        stack(edge("server { location ~ ^/p/(.*)$ { proxy_pass http://$1; } }")),
    ),
    check=check,
)
