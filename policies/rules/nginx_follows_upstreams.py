"""nginx asks for an address once, at its start: a container that is replaced or restarted is a
dead address from then on.
"""

from collections.abc import Iterator

from policies.edge import sites
from policies.example import edge, stack
from policies.nginx import host
from policies.planned import Stack
from policies.rule import Config, Found, Level, Levels, Rule, Severity


def check(stack: Stack, _: Config) -> Iterator[Found]:
    for site in sites(stack):
        named = {upstream.args[0] for upstream in site.root.below("upstream") if upstream.args}
        for upstream in site.root.below("upstream"):
            for server in upstream.inside("server"):
                local = server.args and server.args[0].startswith(("unix:", "127.0.0.1"))
                if "resolve" not in server.args and not local:
                    yield site.owner, f"upstream {upstream.args[0]} doesn't resolve its servers"
        for target in site.root.below("proxy_pass"):
            name = host(target.args[0])
            if "$" not in target.args[0] and name not in named:
                site.require()
                yield site.owner, f"proxy_pass resolves {name} once, at the start"
        if any(site.root.below("proxy_pass")) and not any(site.root.below("resolver")):
            site.require()
            yield site.owner, "no resolver is set"


rule = Rule(
    id="nginx-follows-upstreams",
    title="The edge follows containers as they are replaced",
    severity=Severity.medium,
    frameworks=("audit E9", "audit I5"),
    why=__doc__,
    mend="Use an upstream whose servers have resolve, and set resolver 127.0.0.11 with valid.",
    levels=Levels(Level.advisory, Level.mandatory, Level.mandatory),
    passes=(
        stack(
            edge(
                "http { resolver 127.0.0.11 valid=2s; upstream api { zone api 64k; "
                "server api-1:8000 resolve; } server { location / { proxy_pass "
                "http://api; } } }"
            )
        ),
        stack(),
    ),
    fails=(
        stack(
            edge(
                "http { resolver 127.0.0.11; server { location / { proxy_pass "
                "http://api:8000; } } }"
            )
        ),
        stack(
            edge(
                "http { upstream api { server api:8000; } server { location / { "
                "proxy_pass http://api; } } }"
            )
        ),
    ),
    check=check,
)
