"""nginx configurations as a plan carries them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from policies.edge import Site, sites
from policies.example import container, edge, planned, stack
from policies.inputs import Undecided
from policies.nginx import contexts, parsed, place
from policies.planned import SERVICE_CONFIG
from policies.values import UNKNOWN


def files(*entries: tuple[Any, Any], service: str = "") -> Any:
    uploads = [{"file": file, "content": content} for file, content in entries]
    labels = [{"label": "tasktracker.service", "value": service}]
    return container("files", uploads=uploads, labels=labels)


def only(*resources: Any) -> Site:
    (site,) = sites(stack(*resources))
    return site


def test_an_include_is_written_out_where_it_stands() -> None:
    site = only(
        files(
            ("/live/1/nginx.conf", "http { include /live/1/h*.conf; server { listen 80; } }"),
            ("/live/1/headers.conf", "add_header A b always;"),
        )
    )
    (http,) = site.root.inside("http")
    assert [directive.name for directive in http.block] == ["add_header", "server"]


def test_a_config_of_a_swarm_is_included_by_its_name() -> None:
    data = base64.b64encode(b"add_header A b always;").decode()
    site = only(
        edge("server { include /etc/nginx/headers.conf; }"),
        planned(SERVICE_CONFIG, "headers", name="headers.conf", data=data),
    )
    assert [directive.args[0] for directive in site.root.below("add_header")] == ["A"]


def test_the_files_of_another_service_are_not_the_edges() -> None:
    assert sites(stack(files(("/etc/nginx/nginx.conf", "server { }"), service="dashboard"))) == []


@pytest.mark.parametrize("text", ["listen: 0.0.0.0:4222", "a { b", "key = value;\nother = 1;"])
def test_a_file_of_another_language_is_no_configuration(text: str) -> None:
    assert sites(stack(files(("/etc/nats.conf", text)))) == []


def test_a_configuration_nobody_knows_yet_is_undecided() -> None:
    with pytest.raises(Undecided, match=r"files\.uploads\[0\]"):
        sites(stack(files((UNKNOWN, UNKNOWN), service="nginx")))


def test_what_an_unknown_include_may_hold_is_undecided_only_where_it_is_missed() -> None:
    site = only(
        files(
            ("/live/nginx.conf", "server { include /live/tls.conf; listen 8443 ssl; }"),
            (UNKNOWN, UNKNOWN),
            service="nginx",
        )
    )
    assert [d.args for d in site.root.below("listen")] == [("8443", "ssl")]
    with pytest.raises(Undecided, match=r"files\.uploads\[1\]"):
        site.require()


def test_a_location_with_headers_of_its_own_loses_the_outer_ones() -> None:
    site = only(
        edge(
            "http { add_header A a; server { server_name x; location / { }"
            " location /b { add_header B b; } } }"
        )
    )
    found = {
        place(answer): [header.args[0] for header in headers]
        for answer, headers in contexts(site.root, "add_header")
    }
    assert found == {"server x": ["A"], "location /": ["A"], "location /b": ["B"]}


def test_a_variable_has_all_the_values_a_map_gives_it() -> None:
    site = only(edge("http { map $host $csp { default a; x b; } server { set $other c; } }"))
    assert site.variable("$csp") == ["a", "b"]
    assert site.variable("$other") == ["c"]
    assert site.variable("text") == ["text"]


def test_the_servers_of_an_upstream_are_addresses() -> None:
    site = only(edge("http { upstream a { server b:80; } server { listen 8080; } }"))
    assert [server.block[0].name for server in site.servers()] == ["listen"]


@pytest.mark.parametrize("text", ["add_header X-Frame-Options;", "server { proxy_pass; }"])
def test_a_text_that_nginx_would_refuse_is_none_of_its_own(text: str) -> None:
    assert parsed(text) is None
