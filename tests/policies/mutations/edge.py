"""nginx's configuration: one line of it changed."""

from __future__ import annotations

from policies.values import UNKNOWN
from tests.policies.draft import Draft
from tests.policies.mutation import Change, Mutation

FILES = "nginx-version"
CSP, TLS = ("nginx-content-security-policy",), ("nginx-tls",)
HEADERS, RATE = ("nginx-security-headers",), ("nginx-rate-limit",)
CACHE, FOLLOWS = ("nginx-caching",), ("nginx-follows-upstreams",)
CORS, SOCKET, BODY = ("nginx-cors",), ("nginx-websocket",), ("nginx-body-limit",)
ROUTES = ("nginx-routes",)
SCRIPTS = "script-src 'self'"


def conf(old: str, new: str) -> Change:
    return _changed("nginx.conf", old, new)


def header(old: str, new: str) -> Change:
    return _changed("headers.conf", old, new)


def _changed(file: str, old: str, new: str) -> Change:
    def change(draft: Draft, _: str) -> None:
        draft.edit(FILES, file, lambda content: content.replace(old, new))

    return change


def without_line(file: str, word: str) -> Change:
    def kept(content: str) -> str:
        return "\n".join(line for line in content.splitlines() if word not in line)

    return lambda draft, _: draft.edit(FILES, file, kept)


def scripts(more: str) -> Change:
    return header(SCRIPTS, f"{SCRIPTS} {more}")


def unknown(draft: Draft, _: str) -> None:
    for upload in draft.data(FILES)["uploads"]:
        upload["content"] = UNKNOWN


def elsewhere(draft: Draft, _: str) -> None:
    for name in (FILES, "nginx-pointer"):
        draft.drop(name)


_ALL = (
    ("CSP unsafe-inline", CSP, scripts("'unsafe-inline'")),
    ("CSP unsafe-eval", CSP, scripts("'unsafe-eval'")),
    ("CSP *", CSP, scripts("*")),
    ("CSP https:", CSP, scripts("https:")),
    ("CSP http:", CSP, scripts("http:")),
    ("CSP data: scripts", CSP, scripts("data:")),
    ("CSP ws:", CSP, header("wss://tasks.example.org", "ws:")),
    ("CSP wss:", CSP, header("wss://tasks.example.org", "wss:")),
    ("CSP inline styles", CSP, header("style-src 'self'", "style-src 'unsafe-inline'")),
    ("CSP UNSAFE-INLINE", CSP, scripts("'UNSAFE-INLINE'")),
    ("CSP without scripts", CSP, header("default-src 'none'; script-src 'self'; ", "")),
    ("CSP https://*", CSP, scripts("https://*")),
    ("CSP http://*", CSP, scripts("http://*")),
    ("CSP wss://*:*", CSP, scripts("wss://*:*")),
    ("CSP *:443", CSP, scripts("*:443")),
    ("CSP blob:", CSP, scripts("blob:")),
    ("CSP unsafe-hashes", CSP, scripts("'unsafe-hashes'")),
    ("CSP of scripts alone", CSP, header("default-src 'none'; ", "")),
    ("no CSP", CSP, without_line("headers.conf", "Content-Security-Policy")),
    ("no frame options", HEADERS, without_line("headers.conf", "X-Frame-Options")),
    ("frames from anywhere", HEADERS, header('"SAMEORIGIN"', '"ALLOWALL"')),
    ("no nosniff", HEADERS, without_line("headers.conf", "X-Content-Type-Options")),
    ("no referrer policy", HEADERS, without_line("headers.conf", "Referrer-Policy")),
    ("unsafe-url", HEADERS, header("strict-origin-when-cross-origin", "unsafe-url")),
    ("headers not on errors", HEADERS, header('"SAMEORIGIN" always', '"SAMEORIGIN"')),
    (
        "a location with headers of its own",
        HEADERS,
        conf("limit_req zone=api", "add_header X-Api 1; limit_req zone=api"),
    ),
    ("no TLS", TLS, conf("listen 8443 ssl", "listen 8443")),
    ("TLS 1.0", TLS, conf("TLSv1.2 TLSv1.3", "TLSv1 TLSv1.2 TLSv1.3")),
    ("TLS 1.1", TLS, conf("TLSv1.2 TLSv1.3", "TLSv1.1 TLSv1.2")),
    ("SSL 3", TLS, conf("TLSv1.2 TLSv1.3", "SSLv3")),
    ("TLS by default", TLS, without_line("nginx.conf", "ssl_protocols")),
    ("no redirect", TLS, conf("return 308 https://tasks.example.org$request_uri", "return 200")),
    ("redirect in clear", TLS, conf("308 https://", "308 http://")),
    (
        "pages in clear",
        TLS,
        conf("return 308 https://tasks.example.org$request_uri;", "proxy_pass http://dashboard;"),
    ),
    ("no HSTS", TLS, without_line("headers.conf", "Strict-Transport-Security")),
    ("short HSTS", TLS, header("max-age=31536000", "max-age=300")),
    ("HSTS not on errors", TLS, header('includeSubDomains" always', 'includeSubDomains"')),
    ("NULL ciphers", TLS, conf("ssl_session_tickets", "ssl_ciphers NULL; ssl_session_tickets")),
    (
        "another way to the api",
        RATE,
        conf("location /api/ {", "location /v1 { proxy_pass http://api; } location /api/ {"),
    ),
    (
        "limits only counted",
        RATE,
        conf("limit_req_status", "limit_req_dry_run on; limit_req_status"),
    ),
    ("a rate that limits nobody", RATE, conf("rate=50r/s", "rate=1000000r/s")),
    (
        "limits by request",
        RATE,
        conf("$binary_remote_addr zone=api", "$remote_addr$request_id zone=api"),
    ),
    (
        "goes where a client says",
        ROUTES,
        conf("proxy_pass http://dashboard;", "proxy_pass http://$arg_u;"),
    ),
    (
        "api is the dashboard",
        ROUTES,
        conf("proxy_pass http://api;", "proxy_pass http://dashboard;"),
    ),
    ("pages are the api", ROUTES, conf("proxy_pass http://dashboard;", "proxy_pass http://api;")),
    ("no socket", ROUTES, conf("location = /ws {", "location = /socket {")),
    (
        "the database behind the api",
        ROUTES,
        _changed(
            "upstreams.conf", "upstream api {", "upstream api { server postgres:5432 resolve;"
        ),
    ),
    ("sockets unlimited", RATE, without_line("nginx.conf", "limit_conn sockets")),
    ("no rate limit", RATE, conf("limit_req zone=api burst=100 nodelay;", "")),
    ("statistics unlimited", RATE, conf("limit_req zone=statistics burst=2 nodelay;", "")),
    ("refused by 503", RATE, without_line("nginx.conf", "limit_req_status")),
    (
        "limits by server",
        RATE,
        conf("limit_req_zone $binary_remote_addr", "limit_req_zone $server_name"),
    ),
    (
        "CORS *",
        CORS,
        conf(
            "proxy_pass http://api;",
            "add_header Access-Control-Allow-Origin *; proxy_pass http://api;",
        ),
    ),
    (
        "CORS echoes",
        CORS,
        conf(
            "proxy_pass http://api;",
            "add_header Access-Control-Allow-Origin $http_origin; proxy_pass http://api;",
        ),
    ),
    ("no body limit", BODY, without_line("nginx.conf", "client_max_body_size")),
    ("body limit 0", BODY, conf("client_max_body_size 10m", "client_max_body_size 0")),
    ("body limit 10g", BODY, conf("client_max_body_size 10m", "client_max_body_size 10g")),
    ("no gzip", CACHE, conf("gzip on;", "gzip off;")),
    ("no resolver", FOLLOWS, without_line("nginx.conf", "resolver ")),
    ("addresses kept", FOLLOWS, _changed("upstreams.conf", " resolve ", " ")),
    ("api by name", FOLLOWS, conf("proxy_pass http://api;", "proxy_pass http://api-1:8000;")),
    ("socket ends after a minute", SOCKET, without_line("nginx.conf", "proxy_read_timeout 86400s")),
    ("socket not upgraded", SOCKET, without_line("nginx.conf", "proxy_set_header Upgrade")),
    ("configuration unknown", (*CSP, *TLS, *HEADERS, *RATE), unknown),
    ("configuration elsewhere", ("edge-configuration-known",), elsewhere),
)

MUTATIONS = tuple(
    Mutation(f"edge: {name}", rules, change, ("nginx",)) for name, rules, change in _ALL
)
