"""Without a limit per client one of them takes what all others wait for. The refusal is 429: by
503 a client and a monitor think the service is down.
"""

import re
from collections.abc import Iterator

from pydantic import Field

from policies.edge import Site, sites
from policies.example import edge, stack
from policies.nginx import Directive, contexts, host, place
from policies.planned import Stack
from policies.rule import Config, Found, Level, Levels, Rule, Severity

CLIENT = ("$binary_remote_addr", "$remote_addr")
RATE = re.compile(r"rate=(\d+)r/([sm])")
# It is one request however long it lasts: what is limited is how many are open.
SOCKET = re.compile(r"/ws\b")


class Rates(Config):
    """What a client may be let do at most."""

    highest_per_second: float = Field(default=1000, gt=0)
    highest_burst: int = Field(default=2000, gt=0)


def check(stack: Stack, config: Rates) -> Iterator[Found]:
    for site in sites(stack):
        proxied = [
            (answer, limits)
            for answer, limits in contexts(site.root, "limit_req")
            if answer.name in ("location", "if") and any(answer.inside("proxy_pass"))
        ]
        targets = {target for answer, _ in proxied if _is_api(answer) for target in _hosts(answer)}
        for answer, limits in proxied:
            if limits or not (_is_api(answer) or _leads_to(answer, targets)):
                continue
            site.require()
            yield site.owner, f"{place(answer)} has no limit_req"
        for answer, limits in contexts(site.root, "limit_conn"):
            if SOCKET.search(" ".join(answer.args)) and _hosts(answer) & targets and not limits:
                site.require()
                yield site.owner, f"{place(answer)} has no limit_conn"
        if targets:
            yield from ((site.owner, fault) for fault in _faults(site, config))


def _faults(site: Site, config: Rates) -> Iterator[str]:
    zones = list(site.root.below("limit_req_zone"))
    for zone in zones:
        if zone.args[0] not in CLIENT:
            yield f"limit_req_zone counts by {zone.args[0]}, not by client"
        for rate, unit in RATE.findall(" ".join(zone.args)):
            if int(rate) / (60 if unit == "m" else 1) > config.highest_per_second:
                yield f"limit_req_zone allows {rate}r/{unit}, which limits nobody"
    for limit in site.root.below("limit_req"):
        burst = re.search(r"burst=(\d+)", " ".join(limit.args))
        if burst and int(burst[1]) > config.highest_burst:
            yield f"limit_req has a burst of {burst[1]}, which limits nobody"
    for name in ("limit_req_dry_run", "limit_conn_dry_run"):
        if any(d.args == ("on",) for d in site.root.below(name)):
            yield f"{name} only counts what it would refuse"
    statuses = list(site.root.below("limit_req_status"))
    if zones and not (statuses and all(d.args == ("429",) for d in statuses)):
        yield "limit_req_status is not 429"


def _is_api(answer: Directive) -> bool:
    return "/api" in " ".join(answer.args)


def _hosts(answer: Directive) -> set[str]:
    return {host(target.args[0]) for target in answer.inside("proxy_pass")}


def _leads_to(answer: Directive, targets: set[str]) -> bool:
    """Whether a client reaches the API by it: no socket, and no name that only nginx leads to."""
    path = answer.args[-1] if answer.args else ""
    return bool(_hosts(answer) & targets) and not (path.startswith("@") or SOCKET.search(path))


rule = Rule(
    id="nginx-rate-limit",
    title="Each client of the API has a limit",
    severity=Severity.medium,
    frameworks=("OWASP API4", "audit E8"),
    why=__doc__,
    mend="Add limit_req with a zone of $binary_remote_addr, and limit_req_status 429.",
    levels=Levels(Level.advisory, Level.mandatory, Level.mandatory),
    config=Rates,
    passes=(
        stack(
            edge(
                "http { limit_req_zone $binary_remote_addr zone=a:1m rate=10r/m; "
                "limit_req_status 429; server { location /api/ { limit_req zone=a; "
                "proxy_pass http://api; } } }"
            )
        ),
        stack(),
    ),
    fails=(
        stack(
            edge(
                "http { limit_req_zone $binary_remote_addr zone=a:1m rate=1000000r/s; "
                "limit_req_status 429; server { location /api/ { limit_req zone=a; "
                "proxy_pass http://api; } } }"
            )
        ),
        stack(
            edge(
                "http { limit_req_zone $binary_remote_addr zone=a:1m rate=10r/m; "
                "limit_req_status 429; server { location /v1 { proxy_pass http://api; } "
                "location /api/ { limit_req zone=a; proxy_pass http://api; } } }"
            )
        ),
        stack(edge("server { location /api/ { proxy_pass http://api; } }")),
        stack(
            edge(
                "http { limit_req_zone $server_name zone=a:1m rate=10r/m; server { "
                "location /api/ { limit_req zone=a; proxy_pass http://api; } } }"
            )
        ),
    ),
    check=check,
)
