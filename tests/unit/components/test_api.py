"""The API's containers: where they answer, what they hold, when they start."""

from typing import Any

import pytest

from components.api import Api, ApiArgs, workload
from tests.unit.components.applications import application
from tests.unit.components.parts import Step, StubEngine, secret
from tests.unit.recorder import Recorder, value


def args(engine: StubEngine, **changes: Any) -> ApiArgs:
    given: dict[str, Any] = {
        **application(engine, "api"),
        "replicas": 2,
        "processes": 4,
        "cors_origins": ("https://a.example.org", "https://b.example.org"),
        "encryption_key": secret("encryption-key"),
        "admin_token": secret("admin-token"),
        "statistics_password": secret("statistics-password"),
    }
    return ApiArgs(**{**given, **changes})


def test_it_answers_on_the_frontend_and_reaches_the_backend(engine: StubEngine) -> None:
    networks = [(a.network, a.answers) for a in workload("api", args(engine)).networks]
    assert networks == [("frontend", True), ("backend", True)]


def test_it_is_published_nowhere_unless_it_is_asked_for(engine: StubEngine) -> None:
    assert workload("api", args(engine)).ports == ()


def test_published_it_answers_on_this_machine_alone(engine: StubEngine) -> None:
    found = workload("api", args(engine, published=8000, replicas=1))
    (port,) = found.ports
    assert (port.internal, port.external, port.address) == (8000, 8000, "127.0.0.1")
    assert ("access", False) in [(a.network, a.answers) for a in found.networks]


def test_a_published_port_can_be_held_by_one_container_only(engine: StubEngine) -> None:
    with pytest.raises(ValueError, match="owns a volume or a port, so there is one"):
        workload("api", args(engine, published=8000, replicas=2))


def test_processes_and_origins_come_from_the_stack_file(engine: StubEngine) -> None:
    environment = workload("api", args(engine)).environment
    assert environment["WEB_CONCURRENCY"] == "4"
    assert environment["CORS_ORIGINS"] == "https://a.example.org,https://b.example.org"


def test_every_secret_it_is_told_of_is_a_file_it_has(engine: StubEngine) -> None:
    found = workload("api", args(engine))
    told = {path for key, path in found.environment.items() if key.endswith("_FILE")}
    assert told == {f"/run/secrets/{file.name}" for file in found.secrets}


def test_the_files_hold_what_their_names_say(engine: StubEngine) -> None:
    files = {file.name: value(file.value) for file in workload("api", args(engine)).secrets}
    for name in ("encryption-key", "admin-token", "statistics-password"):
        assert files[name] == f"value-of-{name}"


def test_its_probe_asks_the_health_of_the_api_as_the_audit_says(engine: StubEngine) -> None:
    health = workload("api", args(engine)).health
    assert health is not None
    assert health.command[-1] == "http://127.0.0.1:8000/api/health"
    assert (health.interval, health.timeout, health.retries, health.start_period) == (5, 3, 3, 15)


def test_it_starts_when_the_migrations_have_succeeded(
    engine: StubEngine, recorder: Recorder
) -> None:
    recorder.run(lambda: Api("api", args(engine, after=(Step("migrations have run"),))))
    assert engine.waits["api"] == {"migrations have run"}
    assert recorder.names("tasktracker:api:Api") == ["api"]
