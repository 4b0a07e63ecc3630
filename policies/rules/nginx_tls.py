"""A password sent in clear is public on the way. Old versions of TLS are broken, and a redirect
without HSTS is asked for in clear each time.
"""

import re
from collections.abc import Iterator

from policies.edge import Site, sites
from policies.example import edge, stack
from policies.nginx import Directive, contexts, is_tls, place, redirects
from policies.planned import Stack
from policies.rule import Config, Found, Level, Levels, Rule, Severity

MODERN = {"TLSv1.2", "TLSv1.3"}
# Names in OpenSSL's lists (ciphers(1)): no encryption, no authentication, export, broken.
WEAK = {
    *("NULL", "ENULL", "ANULL", "ADH", "AECDH", "ANON", "EXP", "EXPORT", "EXPORT40", "EXPORT56"),
    *("LOW", "RC2", "RC4", "DES", "3DES", "CBC3", "IDEA", "SEED", "MD5", "COMPLEMENTOFALL"),
    *("COMPLEMENTOFDEFAULT", "EXPORT1024"),
}
LEAST_AGE = 15552000  # seconds, 180 days: what hstspreload and Mozilla call the least


def check(stack: Stack, _: Config) -> Iterator[Found]:
    for site in sites(stack):
        servers = site.servers()
        if not any(is_tls(server) for server in servers):
            site.require()
            yield site.owner, "no server speaks TLS"
        for server in servers:
            if is_tls(server):
                yield from ((site.owner, fault) for fault in _faults(site, server))
            elif not redirects(server):
                yield site.owner, f"{place(server)} answers in clear instead of redirecting"


def _faults(site: Site, server: Directive) -> Iterator[str]:
    protocols = list(server.inside("ssl_protocols")) or list(site.root.below("ssl_protocols"))
    if not protocols:
        site.require()
        yield f"{place(server)} sets no ssl_protocols"
    elif not set(protocols[-1].args) <= MODERN:
        yield f"{place(server)} speaks {' '.join(protocols[-1].args)}"
    for answer, headers in contexts(server, "add_header", tuple(_outer(site))):
        given = [
            header
            for header in headers
            if header.args[:1] and header.args[0].lower() == "strict-transport-security"
        ]
        ages = [
            int(found[1])
            for header in given
            if (found := re.search(r"max-age=(\d+)", header.args[1]))
        ]
        if not ages:
            site.require()
            yield f"{place(answer)} answers without Strict-Transport-Security"
        elif max(ages) < LEAST_AGE:
            yield f"{place(answer)} has a Strict-Transport-Security of less than 180 days"
        elif not any(header.args[-1] == "always" for header in given):
            yield f"{place(answer)} leaves Strict-Transport-Security out of error pages"
    for ciphers in [*server.below("ssl_ciphers"), *_around(site, "ssl_ciphers")]:
        if weak := _weak(":".join(ciphers.args)):
            yield f"{place(server)} speaks the ciphers {weak}"


def _weak(ciphers: str) -> str:
    """The first part of an OpenSSL list that lets in what hides nothing, knows nobody or broke."""
    parts = re.split(r"[:,\s]+", ciphers)
    for part in parts:
        if part[:1] in ("!", "-") or not part:
            continue
        if part.startswith("@SECLEVEL=") and part.endswith(("=0", "=1")):
            return part
        if any(word in WEAK for word in re.split(r"[-+_]", part.upper())):
            return part
        if part.upper() == "ALL" and not {"!ANULL", "!NULL"} & {p.upper() for p in parts}:
            return part
    return ""


def _around(site: Site, name: str) -> Iterator[Directive]:
    """What stands beside the servers, and holds in them."""
    for outer in (site.root, *site.root.inside("http")):
        yield from outer.inside(name)


def _outer(site: Site) -> Iterator[Directive]:
    """Headers of the level around all servers."""
    for http in site.root.inside("http"):
        yield from http.inside("add_header")


rule = Rule(
    id="nginx-tls",
    title="The edge speaks TLS 1.2 or 1.3, and nothing else",
    severity=Severity.critical,
    frameworks=("OWASP Transport Layer Security", "audit E5"),
    why=__doc__,
    mend="Listen with ssl, set ssl_protocols, redirect the rest by 308, add HSTS everywhere.",
    levels=Levels(Level.disabled, Level.mandatory, Level.mandatory),
    passes=(
        stack(
            edge(
                "server { listen 8443 ssl; ssl_protocols TLSv1.2 TLSv1.3; add_header "
                'Strict-Transport-Security "max-age=31536000" always; } server { listen '
                "8080; return 308 https://x$request_uri; }"
            )
        ),
        stack(),
    ),
    fails=(
        stack(edge("server { listen 8080; location / { proxy_pass http://a; } }")),
        stack(edge("server { listen 8443 ssl; ssl_protocols TLSv1 TLSv1.2; }")),
        stack(
            edge(
                "server { listen 8443 ssl; ssl_protocols TLSv1.2; ssl_ciphers HIGH:NULL; "
                'add_header Strict-Transport-Security "max-age=31536000" always; }'
            )
        ),
        stack(
            edge(
                "server { listen 8443 ssl; ssl_protocols TLSv1.2; "
                'add_header Strict-Transport-Security "max-age=31536000"; }'
            )
        ),
        stack(
            edge("server { listen 8443 ssl; ssl_protocols TLSv1.3; location / { return 200; } }")
        ),
    ),
    check=check,
)
