"""A page that is cached is an old page after a release; a file whose name holds its hash never
changes. Text that is not compressed takes three times as long.
"""

from collections.abc import Iterator

from policies.edge import Site, sites
from policies.example import edge, stack
from policies.planned import Stack
from policies.rule import Config, Found, Level, Levels, Rule, Severity


def check(stack: Stack, _: Config) -> Iterator[Found]:
    for site in sites(stack):
        if not any(site.root.below("proxy_pass")):
            continue
        if not any(d.args == ("on",) for d in site.root.below("gzip")):
            site.require()
            yield site.owner, "gzip is not on"
        if not _decides(site):
            continue
        policies = [
            value
            for header in site.root.below("add_header")
            if header.args[:1] and header.args[0].lower() == "cache-control"
            for value in site.variable(header.args[1])
        ]
        if not any("no-cache" in value or "no-store" in value for value in policies):
            site.require()
            yield site.owner, "no page is sent with Cache-Control no-cache"
        if stack.environment == "prod" and not any("immutable" in value for value in policies):
            site.require()
            yield site.owner, "no file is sent as immutable"


def _decides(site: Site) -> bool:
    """Whether the edge says itself how long something is kept; what is behind it may know best."""
    headers = [header.args for header in site.root.below("add_header") if len(header.args) > 1]
    own = [a[1] for a in headers if a[0].lower() == "cache-control"]
    behind = any("$upstream_http_" in value for text in own for value in site.variable(text))
    return bool(own) and not behind or any(site.root.below("root"))


rule = Rule(
    id="nginx-caching",
    title="Pages are fresh, hashed files are kept, text is compressed",
    severity=Severity.low,
    frameworks=("audit E6",),
    why=__doc__,
    mend="Set gzip on, and a Cache-Control per kind of file.",
    levels=Levels(Level.advisory, Level.mandatory, Level.mandatory),
    passes=(
        stack(
            edge(
                "http { gzip on; map $uri $kept { default no-cache; ~^/assets/ "
                "immutable; } server { add_header Cache-Control $kept; location / { "
                "proxy_pass http://a; } } }"
            )
        ),
        stack(),
    ),
    fails=(
        stack(edge("server { root /www; location /api { proxy_pass http://a; } }")),
        stack(edge("server { location / { proxy_pass http://a; } }")),
    ),
    check=check,
)
