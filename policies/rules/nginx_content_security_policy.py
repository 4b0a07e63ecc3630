"""A policy that allows inline scripts, eval, a whole scheme or every host stops no injected script:
it is there for show.
"""

import re
from collections.abc import Iterator

from policies.edge import sites
from policies.example import edge, stack
from policies.nginx import contexts, place, redirects
from policies.planned import Stack
from policies.rule import Config, Found, Level, Levels, Rule, Severity

# A keyword that loosens, a scheme alone, and any host, or any of a top-level domain.
LOOSE = re.compile(
    r"'unsafe-[\w-]+'|[a-z][a-z0-9+.-]*:"
    r"|(?:[a-z][a-z0-9+.-]*://)?\*(?:\.[a-z0-9-]+)?(?::[\d*]+)?(?:/\S*)?"
)
MAY_BE_DATA = ("img-src", "font-src", "media-src")


def check(stack: Stack, _: Config) -> Iterator[Found]:
    for site in sites(stack):
        for answer, headers in contexts(site.root, "add_header"):
            policies = [h.args[1] for h in headers if h.args[:1] and h.args[0].lower() == NAME]
            if not policies and not redirects(answer):
                site.require()
                yield site.owner, f"{place(answer)} answers without a Content-Security-Policy"
            for policy in policies:
                for text in site.variable(policy):
                    yield from ((site.owner, fault) for fault in _faults(text))


NAME = "content-security-policy"


def _faults(policy: str) -> Iterator[str]:
    directives = [words for part in policy.split(";") if (words := part.lower().split())]
    if "default-src" not in {words[0] for words in directives}:
        yield "the Content-Security-Policy has no default-src, so what it leaves out is allowed"
    for name, *sources in directives:
        for source in sources:
            made = source in ("data:", "blob:") and name in MAY_BE_DATA
            if LOOSE.fullmatch(source) and not made:
                yield f"the Content-Security-Policy allows {source} in {name}"


rule = Rule(
    id="nginx-content-security-policy",
    title="The content security policy is strict",
    severity=Severity.high,
    frameworks=("OWASP Secure Headers", "audit E4"),
    why=__doc__,
    mend="Allow 'self' and named hosts; give inline code a file of its own.",
    levels=Levels(Level.disabled, Level.mandatory, Level.mandatory),
    passes=(
        stack(
            edge(
                "server { add_header Content-Security-Policy \"default-src 'self'; "
                "img-src 'self' data: https://*.example.org\" always; }"
            )
        ),
        stack(),
    ),
    fails=(
        stack(
            edge(
                "server { add_header Content-Security-Policy \"default-src 'self' "
                "'unsafe-inline'\" always; }"
            )
        ),
        stack(
            edge(
                "server { add_header Content-Security-Policy \"default-src 'self'; "
                'connect-src wss:" always; }'
            )
        ),
        stack(
            edge(
                "server { add_header Content-Security-Policy \"default-src 'self'; "
                'script-src https://*:443" always; }'
            )
        ),
        stack(edge("server { add_header Content-Security-Policy \"script-src 'self'\" always; }")),
        stack(edge("server { listen 8080; }")),
    ),
    check=check,
)
