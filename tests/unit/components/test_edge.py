"""The edge's container, and how its configuration changes."""

from typing import Any

import pytest

from components.edge import Edge, EdgeArgs, live_files, workload
from components.edge_configuration import Site
from components.engine import Live, Running
from tests.unit.components.parts import LIMITS, Step, StubEngine, known, secret
from tests.unit.recorder import Recorder, value

TLS = Site(server_name="tasks.example.org", http_port=80, https_port=443, body_limit_mb=10)
PLAIN = Site(server_name="localhost", http_port=8080, body_limit_mb=10)


def running(*addresses: str) -> Running:
    return Running(tuple(map(known, addresses)), (Step(f"{addresses[0]} is healthy"),))


def args(engine: StubEngine, **changes: Any) -> EdgeArgs:
    given: dict[str, Any] = {
        "engine": engine,
        "image": "task-tracker/nginx:1.30.6",
        "limits": LIMITS,
        "site": TLS,
        "address": "0.0.0.0",
        "api": running("api-1-aa", "api-2-bb"),
        "dashboard": running("dashboard-cc"),
        "certificate": secret("tls-certificate"),
        "key": secret("tls-key"),
    }
    return EdgeArgs(**{**given, **changes})


LIVE = "the volume"


def live() -> Live:
    return Live(known(LIVE), known("0123456789ab"), ())


def test_it_alone_is_published_by_the_ports_of_the_stack_file(engine: StubEngine) -> None:
    ports = workload("nginx", args(engine), live()).ports
    assert [(p.internal, p.external, p.address) for p in ports] == [
        (8080, 80, "0.0.0.0"), (8443, 443, "0.0.0.0"),
    ]  # fmt: skip


def test_without_tls_it_has_one_port_and_no_certificate(engine: StubEngine) -> None:
    given = args(engine, site=PLAIN, certificate=None, key=None)
    assert [p.external for p in workload("nginx", given, live()).ports] == [8080]
    assert live_files("nginx", given).secrets == ()


def test_it_reaches_the_frontend_and_not_the_backend(engine: StubEngine) -> None:
    networks = {a.network for a in workload("nginx", args(engine), live()).networks}
    assert networks == {"edge", "frontend"}


def test_tls_without_a_certificate_is_refused(engine: StubEngine) -> None:
    with pytest.raises(ValueError, match="a site with TLS needs both"):
        args(engine, key=None)


def test_its_files_name_the_containers_that_run(engine: StubEngine) -> None:
    upstreams = live_files("nginx", args(engine)).files["upstreams.conf"]
    assert not isinstance(upstreams, str)
    text = value(upstreams)
    for container in ("api-1-aa:8000", "api-2-bb:8000", "dashboard-cc:8080"):
        assert f"server {container} " in text


def test_the_certificate_is_a_secret_of_the_version(engine: StubEngine) -> None:
    files = {s.name: value(s.value) for s in live_files("nginx", args(engine)).secrets}
    assert files == {"tls.crt": "value-of-tls-certificate", "tls.key": "value-of-tls-key"}


def test_a_new_version_is_checked_before_it_is_loaded_and_proven_after(engine: StubEngine) -> None:
    found = live_files("nginx", args(engine))
    assert found.check[:2] == ("nginx", "-t")
    assert "{version}" in found.check[-1]
    assert found.reload == ("nginx", "-s", "reload")
    assert found.proof[-1] == "http://127.0.0.1:8080/nginx-health"


def test_it_changes_when_what_it_leads_to_is_healthy(
    engine: StubEngine, recorder: Recorder
) -> None:
    made: list[Edge] = []
    recorder.run(lambda: made.append(Edge("nginx", args(engine))))
    assert engine.waits["files of nginx"] == {"api-1-aa is healthy", "dashboard-cc is healthy"}
    assert engine.waits["nginx"] == {"nginx has files"}
    assert [step._name for step in made[0].ready] == ["nginx is healthy", "nginx is reloaded"]
