"""The edge's configuration, parsed as nginx would."""

import re
from pathlib import Path
from typing import Any

import pytest
from tasktracker.api.__main__ import KEEP_ALIVE_SECONDS
from tasktracker.logs import accepted_or_new

from components.edge_configuration import RateLimits, Site, files
from tests.unit.components.nginx_files import Directive, arguments, every, inside, read

ROOT = "/live/0123456789ab"


def site(**changes: Any) -> Site:
    given: dict[str, Any] = {
        "server_name": "tasks.example.org",
        "http_port": 80,
        "https_port": 443,
        "body_limit_mb": 10,
    }
    return Site(**{**given, **changes})


def parsed(folder: Path, **changes: Any) -> list[Directive]:
    texts = files(site(**changes), ["api-1-aa", "api-2-bb"], ["dashboard-cc"], ROOT, "v1")
    return read(texts, folder, ROOT)


def main(directives: list[Directive], name: str = "tasks.example.org") -> list[Directive]:
    """The block of the server that answers by this name."""
    (found,) = [
        server["block"]
        for server in every(directives, "server")
        if [name] in arguments(server.get("block", []), "server_name")
    ]
    block: list[Directive] = found
    return block


@pytest.fixture
def tls(tmp_path: Path) -> list[Directive]:
    return parsed(tmp_path)


@pytest.fixture
def plain(tmp_path: Path) -> list[Directive]:
    return parsed(tmp_path, https_port=None, http_port=8080, immutable_assets=False)


@pytest.mark.parametrize(
    ("location", "to"),
    [("/", "dashboard"), ("/api/", "api"), ("= /api/statistics", "api"), ("= /ws", "api")],
)
def test_each_path_leads_to_its_service(location: str, to: str, tls: list[Directive]) -> None:
    assert arguments(inside(main(tls), f"location {location}"), "proxy_pass") == [[f"http://{to}"]]


def test_a_socket_may_be_silent_for_a_day(tls: list[Directive]) -> None:
    block = inside(main(tls), "location = /ws")
    assert arguments(block, "proxy_read_timeout") == [["86400s"]]


def test_a_connection_can_become_a_socket(tls: list[Directive]) -> None:
    headers = arguments(main(tls), "proxy_set_header")
    assert ["Upgrade", "$http_upgrade"] in headers
    assert ["Connection", "$connection_upgrade"] in headers
    assert ["1.1"] in [a for d in every(tls, "proxy_http_version") for a in [d["args"]]]


@pytest.mark.parametrize(
    "given",
    [
        "trace-4711", "A.b_c-9", "x" * 64, "x" * 65, "", " ", "a b", "a\"b", "a,b", "ä", "a/b",
        "$request_id", "{x}",
    ],
)  # fmt: skip
def test_the_id_of_a_caller_is_kept_where_the_application_keeps_it(
    given: str, tls: list[Directive]
) -> None:
    ids = inside(inside(tls, "http"), "map $http_x_request_id $trace_id")
    assert arguments(ids, "default") == [["$request_id"]]
    (pattern,) = [d["directive"] for d in ids if d["directive"] != "default"]
    assert arguments(ids, pattern) == [["$http_x_request_id"]]
    kept = re.search(pattern.removeprefix("~"), given) is not None
    assert kept == (accepted_or_new(given) == given)


def test_the_log_and_the_application_have_the_same_id(tls: list[Directive]) -> None:
    assert ["X-Request-ID", "$trace_id"] in arguments(main(tls), "proxy_set_header")
    (log,) = arguments(inside(tls, "http"), "log_format")
    assert '"request_id":"$trace_id"' in "".join(log)


def test_upstreams_name_the_containers_of_this_generation_and_follow_their_addresses(
    tls: list[Directive],
) -> None:
    servers = arguments(inside(tls, "http", "upstream api"), "server")
    assert [s[:2] for s in servers] == [["api-1-aa:8000", "resolve"], ["api-2-bb:8000", "resolve"]]
    dashboard = arguments(inside(tls, "http", "upstream dashboard"), "server")
    assert [s[:2] for s in dashboard] == [["dashboard-cc:8080", "resolve"]]


def test_the_edge_drops_a_connection_before_the_api_would(tls: list[Directive]) -> None:
    ((kept,),) = arguments(inside(tls, "http", "upstream api"), "keepalive_timeout")
    assert int(kept.removesuffix("s")) < KEEP_ALIVE_SECONDS


def test_names_are_asked_of_the_engine_itself(tls: list[Directive]) -> None:
    ((address, *rest),) = arguments(inside(tls, "http"), "resolver")
    assert address == "127.0.0.11"
    assert "valid=2s" in rest


def test_a_request_that_found_nobody_goes_to_the_next_container(tls: list[Directive]) -> None:
    assert arguments(inside(tls, "http"), "proxy_next_upstream") == [["error", "timeout"]]
    assert arguments(inside(tls, "http"), "proxy_next_upstream_tries") == [["3"]]


@pytest.mark.parametrize("server", [0, 1])
def test_every_answer_of_every_server_has_the_security_headers(
    server: int, tls: list[Directive]
) -> None:
    block = [s["block"] for s in every(tls, "server") if "block" in s][server]
    levels = [block, *(d["block"] for d in every(block, "location"))]
    speaking = [level for level in levels if arguments(level, "add_header")]
    assert block in speaking
    for level in speaking:  # a level with one header of its own inherits none
        headers = {args[0]: args[1:] for args in arguments(level, "add_header")}
        assert headers["X-Frame-Options"] == ["SAMEORIGIN", "always"]
        assert headers["X-Content-Type-Options"] == ["nosniff", "always"]
        assert headers["Referrer-Policy"] == ["strict-origin-when-cross-origin", "always"]
        assert headers["Content-Security-Policy"][-1] == "always"
        assert headers["Strict-Transport-Security"][0].startswith("max-age=31536000")


def test_upstreams_own_security_headers_are_not_sent_twice(tls: list[Directive]) -> None:
    hidden = {args[0] for args in arguments(inside(tls, "http"), "proxy_hide_header")}
    sent = {a[0] for a in arguments(main(tls), "add_header")}
    assert sent - {"Strict-Transport-Security"} <= hidden


def test_the_policy_for_contents_allows_nothing_inline_and_nothing_from_elsewhere(
    tls: list[Directive],
) -> None:
    ((_, policy, _),) = [
        a for a in arguments(main(tls), "add_header") if a[0] == "Content-Security-Policy"
    ]
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "'self'"
    assert rules["connect-src"] == "'self' wss://tasks.example.org"
    assert "unsafe" not in policy
    sources = [source for rule in rules.values() for source in rule.split()]
    assert not {"*", "ws:", "wss:", "http:", "https:"} & set(sources)


def test_without_tls_nobody_is_told_to_come_back_by_it(plain: list[Directive]) -> None:
    headers = {a[0] for d in every(plain, "add_header") for a in [d["args"]]}
    assert "Strict-Transport-Security" not in headers
    assert not list(every(plain, "ssl_certificate"))


def test_the_ports_inside_need_no_root(tls: list[Directive], tmp_path: Path) -> None:
    listened = sorted(d["args"][0] for d in every(tls, "listen"))
    assert listened == ["8080", "8443"]


def test_tls_is_of_the_versions_that_are_sound(tls: list[Directive]) -> None:
    assert arguments(main(tls), "ssl_protocols") == [["TLSv1.2", "TLSv1.3"]]
    assert arguments(main(tls), "listen") == [["8443", "ssl"]]


def test_http_leads_to_https_and_still_answers_the_probe(tls: list[Directive]) -> None:
    (redirect,) = [
        s["block"] for s in every(tls, "server")
        if ["8080", "default_server"] in arguments(s.get("block", []), "listen")
    ]  # fmt: skip
    assert arguments(inside(redirect, "location /"), "return") == [
        ["308", "https://tasks.example.org$request_uri"]
    ]
    assert arguments(inside(redirect, "location = /nginx-health"), "return") == [
        ["200", "ok v1\\n"]
    ]


def test_a_redirect_that_nginx_makes_itself_names_no_port_of_the_inside(
    tls: list[Directive],
) -> None:
    assert arguments(inside(tls, "http"), "absolute_redirect") == [["off"]]


def test_a_port_that_is_not_the_usual_one_is_in_every_address(tmp_path: Path) -> None:
    text = files(site(https_port=8443), ["a"], ["d"], ROOT, "v1")["nginx.conf"]
    assert "return 308 https://tasks.example.org:8443$request_uri" in text
    assert site(https_port=8443).origin == "https://tasks.example.org:8443"
    assert site(https_port=None, http_port=8080).origin == "http://tasks.example.org:8080"
    assert site(https_port=None).origin == "http://tasks.example.org"


def test_clients_are_limited_and_told_so_by_429(tmp_path: Path) -> None:
    limits = RateLimits(api_per_second=7, api_burst=9, statistics_per_minute=11)
    directives = parsed(tmp_path, rate_limits=limits)
    http = inside(directives, "http")
    zones = {args[1].split(":")[0]: args[2] for args in arguments(http, "limit_req_zone")}
    assert zones == {"zone=api": "rate=7r/s", "zone=statistics": "rate=11r/m"}
    assert arguments(http, "limit_req_status") == [["429"]]
    api = inside(main(directives), "location /api/")
    assert arguments(api, "limit_req") == [["zone=api", "burst=9", "nodelay"]]
    statistics = inside(main(directives), "location = /api/statistics")
    assert arguments(statistics, "limit_req")[0][0] == "zone=statistics"


def test_a_client_has_so_many_sockets_and_is_told_so_by_429(tmp_path: Path) -> None:
    directives = parsed(tmp_path, rate_limits=RateLimits(sockets=13))
    http = inside(directives, "http")
    assert arguments(http, "limit_conn_zone") == [["$binary_remote_addr", "zone=sockets:1m"]]
    assert arguments(http, "limit_conn_status") == [["429"]]
    assert arguments(inside(main(directives), "location = /ws"), "limit_conn") == [
        ["sockets", "13"]
    ]


def test_no_client_alone_takes_all_connections(tls: list[Directive]) -> None:
    """A socket is two of them, the client's and the api's."""
    (workers,) = [d["args"][0] for d in every(tls, "worker_processes")]
    (each,) = [d["args"][0] for d in every(tls, "worker_connections")]
    assert 2 * RateLimits().sockets * 10 <= int(workers) * int(each)


def test_a_body_may_be_as_large_as_the_stack_file_says(tmp_path: Path) -> None:
    directives = parsed(tmp_path, body_limit_mb=25)
    assert arguments(inside(directives, "http"), "client_max_body_size") == [["25m"]]


def test_files_named_by_their_content_are_kept_for_a_year_and_nothing_else(
    tls: list[Directive],
) -> None:
    by_name = inside(inside(tls, "http"), "map $uri $cache_by_name")
    assert arguments(by_name, "default") == [["no-cache"]]
    assert arguments(by_name, "~^/assets/") == [["public, max-age=31536000, immutable"]]


def test_the_dashboards_own_word_on_caching_comes_first(tls: list[Directive]) -> None:
    cached = inside(inside(tls, "http"), "map $upstream_http_cache_control $cache_control")
    assert arguments(cached, "default") == [["$upstream_http_cache_control"]]
    assert arguments(cached, "") == [["$cache_by_name"]]


def test_an_error_is_not_kept(tls: list[Directive]) -> None:
    headers = arguments(inside(main(tls), "location /"), "add_header")
    assert ["Cache-Control", "$cache_control"] in headers


def test_in_dev_nothing_is_kept(plain: list[Directive]) -> None:
    cached = inside(inside(plain, "http"), "map  $cache_control")
    assert arguments(cached, "default") == [["no-cache"]]


def test_answers_are_packed(tls: list[Directive]) -> None:
    http = inside(tls, "http")
    assert arguments(http, "gzip") == [["on"]]
    assert "application/json" in arguments(http, "gzip_types")[0]


def test_nothing_is_written_but_below_tmp(tls: list[Directive]) -> None:
    paths = [
        d["args"][0]
        for d in every(
            tls, "pid", "client_body_temp_path", "proxy_temp_path", "fastcgi_temp_path",
            "uwsgi_temp_path", "scgi_temp_path",
        )
    ]  # fmt: skip
    assert len(paths) == 6
    assert all(path.startswith("/tmp/") for path in paths)
