"""Every answer, an error page too, tells the browser not to guess types, not to be framed and how
much of an address to pass on. nginx drops the headers of the outer level as soon as an inner
one adds any.
"""

from collections.abc import Iterator

from policies.edge import sites
from policies.example import edge, stack
from policies.nginx import contexts, place
from policies.planned import Stack
from policies.rule import Config, Found, Level, Levels, Rule, Severity

REQUIRED = {
    "x-frame-options": ("sameorigin", "deny"),
    "x-content-type-options": ("nosniff",),
    "referrer-policy": (
        "strict-origin-when-cross-origin",
        "strict-origin",
        "same-origin",
        "no-referrer",
    ),
}


def check(stack: Stack, _: Config) -> Iterator[Found]:
    for site in sites(stack):
        for answer, headers in contexts(site.root, "add_header"):
            given = {header.args[0].lower(): header.args for header in headers if header.args}
            for name, values in REQUIRED.items():
                args = given.get(name, ())
                if not args:
                    site.require()
                    yield site.owner, f"{place(answer)} answers without {name}"
                elif args[1].lower() not in values:
                    yield site.owner, f"{place(answer)} sets {name} to {args[1]}"
                elif args[-1] != "always":
                    yield site.owner, f"{place(answer)} leaves {name} out of error pages"


rule = Rule(
    id="nginx-security-headers",
    title="Every answer of the edge has the security headers",
    severity=Severity.high,
    frameworks=("OWASP Secure Headers", "audit E3"),
    why=__doc__,
    mend="Include the add_header lines, with always, in each server and location that adds any.",
    levels=Levels(Level.advisory, Level.mandatory, Level.mandatory),
    passes=(
        stack(
            edge(
                "server { add_header X-Frame-Options SAMEORIGIN always; add_header "
                "X-Content-Type-Options nosniff always; add_header Referrer-Policy "
                "strict-origin-when-cross-origin always; location / { proxy_pass "
                "http://a; } }"
            )
        ),
        stack(),
    ),
    fails=(
        stack(
            edge(
                "server { add_header X-Frame-Options SAMEORIGIN; location / { add_header "
                "Cache-Control no-cache; } }"
            )
        ),
        stack(edge("http { server { listen 8080; } }")),
    ),
    check=check,
)
