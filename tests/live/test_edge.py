"""What the edge does for every request, whoever answers it: audit E1-E8 from the outside."""

import socket
from urllib.parse import urlsplit

import httpx
import pytest

from tests.live.site import Site
from tests.live.stacks import ENVIRONMENTS

pytestmark = pytest.mark.parametrize("stack", ENVIRONMENTS, indirect=True)

SECURITY = {
    "X-Frame-Options": "SAMEORIGIN",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
MEGABYTE = 1024 * 1024


def test_every_answer_carries_the_security_headers_once(site: Site) -> None:
    asset = _assets(site)[0]
    answers = {
        "a page": (200, site.client.get("/")),
        "a file": (200, site.client.get(asset)),
        "an answer of the api": (200, site.client.get("/api/tasks?limit=1")),
        "no page": (404, site.client.get("/nothing-here")),
        "no such call": (404, site.client.get("/api/nothing-here")),
        "a wrong request": (422, site.client.post("/api/tasks", json={})),
        "a body too large": (413, _post(site, 10 * MEGABYTE + 1)),
        "one request too many": (429, _until_limited(site)),
        "a call that is not there": (405, site.client.delete("/api/tasks")),
        "no request of HTTP": (400, _garbage(site)),
    }
    if site.certificate:
        plain = httpx.get(site.plain_origin)
        answers["a redirect"] = (308, plain)
        answers["clear text where TLS is due"] = (
            400,
            httpx.get(site.origin.replace("https", "http")),
        )
    for what, (status, answer) in answers.items():
        assert answer.status_code == status, f"{what}: {answer.status_code} {answer.text[:200]}"
        for header, value in SECURITY.items():
            assert answer.headers.get_list(header) == [value], f"{what}: {header}"
        (policy,) = answer.headers.get_list("Content-Security-Policy")
        assert "default-src 'none'" in policy, what
        assert len(answer.headers.get_list("Strict-Transport-Security")) == bool(site.certificate)


def test_the_policy_lets_nothing_in_but_the_site_itself(site: Site) -> None:
    policy = site.client.get("/").headers["Content-Security-Policy"]
    directives = {name: sources for name, *sources in map(str.split, policy.split(";"))}
    loose = {"'unsafe-inline'", "'unsafe-eval'", "*", "ws:", "wss:", "http:", "https:"}
    assert not loose & {source for sources in directives.values() for source in sources}
    socket_origin = site.origin.replace("http", "ws", 1)
    assert directives["connect-src"] == ["'self'", socket_origin]
    assert directives["script-src"] == directives["style-src"] == ["'self'"]


def test_answers_do_not_tell_the_version_of_the_server(site: Site) -> None:
    for answer in (site.client.get("/"), site.client.get("/nothing-here"), _garbage(site)):
        assert answer.headers["Server"] == "nginx"


def test_a_body_up_to_the_limit_reaches_the_api(site: Site) -> None:
    assert _post(site, 9 * MEGABYTE).status_code == 422  # the api's own answer: too long a title


def test_who_asks_for_statistics_too_often_gets_429(site: Site) -> None:
    limited = _until_limited(site)
    assert limited.status_code == 429
    assert site.client.get("/api/tasks?limit=1").status_code == 200  # its limit is its own


def test_pages_are_asked_for_anew_and_files_named_by_content_are_kept(site: Site) -> None:
    kept = (
        "no-cache" if site.stack.name.startswith("dev") else "public, max-age=31536000, immutable"
    )
    assert site.client.get("/").headers["Cache-Control"] == "no-cache"
    for asset in _assets(site):
        answer = site.client.get(asset)
        assert answer.status_code == 200
        assert answer.headers.get_list("Cache-Control") == [kept], asset


def test_nothing_that_is_not_what_its_name_says_is_kept(site: Site) -> None:
    directory = _assets(site)[0].rpartition("/")[0]
    missing = site.client.get(f"{directory}/missing.js")
    assert missing.status_code == 404
    assert "immutable" not in missing.headers.get("Cache-Control", "")
    of_another_release = site.client.get("/assets/0123456789abcdef/main.js")
    assert "immutable" not in of_another_release.headers.get("Cache-Control", "")


def test_text_is_compressed_for_who_takes_it(site: Site) -> None:
    script = next(asset for asset in _assets(site) if asset.endswith((".js", ".css")))
    for path in (script, "/api/openapi.json"):
        packed = site.client.get(path, headers={"Accept-Encoding": "gzip"})
        plain = site.client.get(path, headers={"Accept-Encoding": "identity"})
        assert packed.headers["Content-Encoding"] == "gzip", path
        assert "Content-Encoding" not in plain.headers, path
        assert packed.content == plain.content, path


def test_only_listed_origins_may_call_from_a_browser(site: Site) -> None:
    listed = site.stack.values["edge"]["cors_origins"]
    asked = {origin: _allowed(site, origin) for origin in (*listed, "https://evil.example.org")}
    assert asked == {**{origin: origin for origin in listed}, "https://evil.example.org": None}


def _assets(site: Site) -> list[str]:
    """What the page loads, by its own words."""
    page = site.client.get("/").text
    return [part.partition('"')[0] for part in page.replace("href=", "src=").split('src="')[1:]]


def _post(site: Site, size: int) -> httpx.Response:
    """A task of that many bytes; most of them are its title."""
    frame = b'{"title": "%s"}'
    body = frame % (b"x" * (size - len(frame) + 2))
    return site.client.post(
        "/api/tasks", content=body, headers={"Content-Type": "application/json"}
    )


def _until_limited(site: Site) -> httpx.Response:
    """The first answer of the limit on statistics, which lets 10 a minute by and 2 more."""
    for _ in range(14):
        answer = site.client.get("/api/statistics")
        if answer.status_code != 401:
            return answer
    raise AssertionError("14 requests for statistics at once, and none was one too many")


def _allowed(site: Site, origin: str) -> str | None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    allowed: str | None = site.client.options("/api/tasks", headers=asked).headers.get(
        "Access-Control-Allow-Origin"
    )
    return allowed


def _garbage(site: Site) -> httpx.Response:
    """The answer to something that is not HTTP."""
    with _connection(site) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n")
        text = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    head, _, body = text.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    return httpx.Response(int(first.split()[1]), headers=headers, text=body)


def _connection(site: Site) -> socket.socket:
    address = urlsplit(site.origin)
    connection = socket.create_connection(("127.0.0.1", address.port or 0), timeout=10)
    if address.scheme == "http":
        return connection
    return site.trust.wrap_socket(connection, server_hostname="localhost")
