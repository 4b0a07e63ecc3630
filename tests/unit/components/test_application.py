"""What all parts of the application are told, and what only some of them hold."""

import pytest
from pydantic import ValidationError

from components.application import ApplicationArgs, Pool, connections, credentials
from tests.unit.components.applications import application
from tests.unit.components.parts import StubEngine, secret
from tests.unit.recorder import value


def test_a_part_logs_in_as_itself_with_the_account_in_use(engine: StubEngine) -> None:
    first = connections(ApplicationArgs(**application(engine, "worker")))
    rotated = connections(ApplicationArgs(**application(engine, "worker", active="b")))
    assert (first["DATABASE_USER"], first["NATS_USER"]) == ("worker_a", "worker_a")
    assert (rotated["DATABASE_USER"], rotated["NATS_USER"]) == ("worker_b", "worker_b")


def test_the_pool_of_the_stack_file_reaches_the_application(engine: StubEngine) -> None:
    environment = connections(ApplicationArgs(**application(engine, "api")))
    assert environment["DATABASE_POOL_SIZE"] == "20"
    assert environment["DATABASE_MAX_OVERFLOW"] == "10"
    assert environment["DATABASE_POOL_RECYCLE"] == "3600"


def test_passwords_are_named_by_files_and_held_by_none_of_the_environment(
    engine: StubEngine,
) -> None:
    environment = connections(ApplicationArgs(**application(engine, "api")))
    assert environment["DATABASE_PASSWORD_FILE"] == "/run/secrets/database-password"
    assert environment["NATS_PASSWORD_FILE"] == "/run/secrets/nats-password"
    assert "value-of" not in " ".join(environment.values())


def test_the_files_hold_the_password_of_the_account_in_use(engine: StubEngine) -> None:
    args = ApplicationArgs(**application(engine, "api", active="b"))
    files = {file.name: value(file.value) for file in credentials(args, {"more": secret("more")})}
    assert files == {
        "database-password": "value-of-api-b",
        "nats-password": "value-of-api-b",
        "more": "value-of-more",
    }


def test_a_pool_without_connections_is_refused() -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        Pool(size=0, overflow=10)
