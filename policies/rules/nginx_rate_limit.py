"""Without a limit per client one of them takes what all others wait for. The refusal is 429: by
503 a client and a monitor think the service is down.
"""

from collections.abc import Iterator

from policies.edge import sites
from policies.example import edge, stack
from policies.nginx import Directive, contexts, place
from policies.planned import Stack
from policies.rule import Config, Found, Level, Levels, Rule, Severity


def check(stack: Stack, _: Config) -> Iterator[Found]:
    for site in sites(stack):
        proxied = [
            (answer, limits)
            for answer, limits in contexts(site.root, "limit_req")
            if answer.name == "location" and any(answer.inside("proxy_pass"))
        ]
        for answer, limits in proxied:
            if _is_api(answer) and not limits:
                site.require()
                yield site.owner, f"{place(answer)} has no limit_req"
        if not any(_is_api(answer) for answer, _ in proxied):
            continue
        zones = list(site.root.below("limit_req_zone"))
        for zone in zones:
            if not zone.args[0].startswith(("$binary_remote_addr", "$remote_addr")):
                yield site.owner, f"limit_req_zone counts by {zone.args[0]}, not by client"
        if zones and not any(d.args == ("429",) for d in site.root.below("limit_req_status")):
            yield site.owner, "limit_req_status is not 429"


def _is_api(answer: Directive) -> bool:
    return "/api" in " ".join(answer.args)


rule = Rule(
    id="nginx-rate-limit",
    title="Each client of the API has a limit",
    severity=Severity.medium,
    frameworks=("OWASP API4", "audit E8"),
    why=__doc__,
    mend="Add limit_req with a zone of $binary_remote_addr, and limit_req_status 429.",
    levels=Levels(Level.advisory, Level.mandatory, Level.mandatory),
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
