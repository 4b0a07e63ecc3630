"""With * or the caller's own origin sent back, every page a user has open may call the API."""

from collections.abc import Iterator

from policies.edge import sites
from policies.example import edge, stack
from policies.planned import Stack
from policies.rule import Config, Found, Level, Levels, Rule, Severity


def check(stack: Stack, _: Config) -> Iterator[Found]:
    for site in sites(stack):
        for header in site.root.below("add_header"):
            if not header.args or header.args[0].lower() != "access-control-allow-origin":
                continue
            for value in site.variable(header.args[1]):
                if "*" in value or value in ("$http_origin", "null"):
                    yield site.owner, f"Access-Control-Allow-Origin is {value}"


rule = Rule(
    id="nginx-cors",
    title="The edge names the origins that may call",
    severity=Severity.high,
    frameworks=("OWASP API8", "audit E8"),
    why=__doc__,
    mend="Map the origins that are meant to themselves, all others to nothing.",
    levels=Levels(Level.disabled, Level.mandatory, Level.mandatory),
    passes=(
        stack(
            edge(
                'http { map $http_origin $allowed { default ""; https://a.example '
                "https://a.example; } server { add_header Access-Control-Allow-Origin "
                "$allowed; } }"
            )
        ),
        stack(),
    ),
    fails=(
        stack(edge("server { add_header Access-Control-Allow-Origin *; }")),
        stack(edge("server { add_header Access-Control-Allow-Origin $http_origin always; }")),
    ),
    check=check,
)
