"""The default of one megabyte refuses what users send, and 0 takes whatever fills the disk."""

from collections.abc import Iterator

from policies.edge import sites
from policies.example import edge, stack
from policies.planned import Stack
from policies.rule import Config, Found, Level, Levels, Rule, Severity


def check(stack: Stack, _: Config) -> Iterator[Found]:
    for site in sites(stack):
        proxies = any(site.root.below("proxy_pass"))
        limits = list(site.root.below("client_max_body_size"))
        if proxies and not limits:
            site.require()
            yield site.owner, "client_max_body_size is not set"
        for limit in limits:
            if limit.args[0].strip("kmgKMG") == "0":
                yield site.owner, "client_max_body_size is 0, which is no limit"


rule = Rule(
    id="nginx-body-limit",
    title="The edge limits the size of a request",
    severity=Severity.low,
    frameworks=("OWASP API4", "audit E7"),
    why=__doc__,
    mend="Set client_max_body_size to the largest request that is meant.",
    levels=Levels(Level.advisory, Level.mandatory, Level.mandatory),
    passes=(
        stack(
            edge(
                "http { client_max_body_size 10m; server { location / { proxy_pass http://a; } } }"
            )
        ),
        stack(),
    ),
    fails=(
        stack(edge("server { location / { proxy_pass http://a; } }")),
        stack(edge("server { client_max_body_size 0; }")),
    ),
    check=check,
)
