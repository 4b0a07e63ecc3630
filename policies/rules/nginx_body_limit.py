"""The default of one megabyte refuses what users send, and 0 takes whatever fills the disk."""

import re
from collections.abc import Iterator

from pydantic import Field

from policies.edge import sites
from policies.example import edge, stack
from policies.planned import Stack
from policies.rule import Config, Found, Level, Levels, Rule, Severity

SIZE = re.compile(r"(\d+)([kmg]?)", re.IGNORECASE)
MEGABYTES = {"": 1 / 1024**2, "k": 1 / 1024, "m": 1.0, "g": 1024.0}


class Body(Config):
    """The largest body that may be allowed."""

    highest_megabytes: float = Field(default=100, gt=0)


def check(stack: Stack, config: Body) -> Iterator[Found]:
    for site in sites(stack):
        proxies = any(site.root.below("proxy_pass"))
        limits = list(site.root.below("client_max_body_size"))
        if proxies and not limits:
            site.require()
            yield site.owner, "client_max_body_size is not set"
        for limit in limits:
            size = SIZE.fullmatch(limit.args[0])
            megabytes = int(size[1]) * MEGABYTES[size[2].lower()] if size else 0
            if not megabytes:
                yield site.owner, f"client_max_body_size is {limit.args[0]}, which is no limit"
            elif megabytes > config.highest_megabytes:
                yield site.owner, f"client_max_body_size is {limit.args[0]}, which limits nobody"


rule = Rule(
    id="nginx-body-limit",
    title="The edge limits the size of a request",
    severity=Severity.low,
    frameworks=("OWASP API4", "audit E7"),
    why=__doc__,
    mend="Set client_max_body_size to the largest request that is meant.",
    levels=Levels(Level.advisory, Level.mandatory, Level.mandatory),
    config=Body,
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
        stack(edge("server { client_max_body_size 10g; }")),
    ),
    check=check,
)
