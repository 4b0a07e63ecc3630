"""The database server's container and files, and the job that makes its roles."""

from collections.abc import Iterator
from typing import Any

import pytest

from components.postgres import (
    Postgres,
    PostgresArgs,
    Volumes,
    pg_hba_conf,
    postgresql_conf,
    roles_sql,
    roles_workload,
    server_workload,
)
from components.secrets import CLIENTS
from tests.unit.components.parts import LIMITS, Step, StubEngine, known, login, secret
from tests.unit.recorder import Recorder, value


def args(engine: StubEngine, **changes: Any) -> PostgresArgs:
    given: dict[str, Any] = {
        "engine": engine,
        "image": "task-tracker/postgres:18.6",
        "limits": LIMITS,
        "max_connections": 300,
        "password": secret("postgres-password"),
        "logins": {client: login(client) for client in CLIENTS},
        "key_to_data": (),
    }
    return PostgresArgs(**{**given, **changes})


def volumes() -> Volumes:
    return Volumes(data=known("data"), sockets=known("sockets"))


def settings(text: str) -> dict[str, str]:
    return dict(line.split(" = ", 1) for line in text.splitlines())


def rules() -> Iterator[list[str]]:
    return (line.split() for line in pg_hba_conf().splitlines())


def test_memory_is_shared_out_as_the_vendor_advises() -> None:
    found = settings(postgresql_conf(300, 2048, False))
    assert found["shared_buffers"] == "512MB"
    assert found["effective_cache_size"] == "1536MB"
    assert found["max_connections"] == "300"


def test_wal_is_kept_for_a_backup_service_where_there_is_one() -> None:
    assert "archive_mode" not in settings(postgresql_conf(300, 2048, False))
    found = settings(postgresql_conf(300, 2048, True))
    assert found["archive_mode"] == "on"
    assert found["archive_timeout"] == "60s"


def test_passwords_are_kept_as_scram_and_slow_statements_logged() -> None:
    found = settings(postgresql_conf(300, 2048, False))
    assert found["password_encryption"] == "scram-sha-256"
    assert found["log_min_duration_statement"] == "500ms"


def test_nobody_comes_over_the_network_without_a_password() -> None:
    for rule in rules():
        if rule[0] != "local":
            assert rule[-1] == "scram-sha-256"


def test_nobody_is_trusted_and_nobody_comes_from_outside_the_network() -> None:
    assert not {"trust", "password", "md5"} & {word for rule in rules() for word in rule}
    assert {rule[3] for rule in rules() if rule[0] == "host"} == {"samenet"}


def test_a_client_may_enter_its_own_database_only() -> None:
    for rule in rules():
        if rule[0] == "host" and rule[1] != "tasktracker":
            assert rule[2] in ("postgres", "+monitoring")


@pytest.mark.parametrize("client", CLIENTS)
def test_every_client_may_enter_by_a_role_of_its_own(client: str) -> None:
    assert ["host", "tasktracker", f"+{client}", "samenet", "scram-sha-256"] in list(rules())


def test_roles_are_given_passwords_from_files_and_hold_none(engine: StubEngine) -> None:
    text = roles_sql(args(engine).logins)
    assert "value-of" not in text
    assert "\\set api_b `cat /run/secrets/api-b-password`" in text
    assert "ALTER ROLE api_b PASSWORD :'api_b';" in text


def test_the_account_in_use_does_not_expire_and_the_other_does() -> None:
    text = roles_sql({"api": login("api", active="b")})
    assert "ALTER ROLE api_b VALID UNTIL 'infinity';" in text
    assert "SELECT pg_temp.expire('api_a');" in text


def test_the_extension_for_vectors_is_made_with_the_database() -> None:
    assert "CREATE EXTENSION IF NOT EXISTS vector" in roles_sql({})


def test_the_roles_job_has_a_file_for_every_password_it_reads(engine: StubEngine) -> None:
    found = roles_workload(args(engine), known("sockets"))
    names = {file.name for file in found.secrets}
    for client in CLIENTS:
        assert {f"{client}-a-password", f"{client}-b-password"} <= names


def test_the_roles_job_is_on_no_network(engine: StubEngine) -> None:
    assert roles_workload(args(engine), known("sockets")).networks == ()


def test_the_server_is_asked_over_tcp_as_the_audit_says(engine: StubEngine) -> None:
    health = server_workload("postgres", args(engine), volumes()).health
    assert health is not None
    assert health.command[0] == "pg_isready"
    assert health.command[health.command.index("-h") + 1] == "127.0.0.1"
    assert (health.interval, health.timeout, health.retries, health.start_period) == (10, 5, 5, 10)


def test_the_server_stops_without_waiting_for_its_clients(engine: StubEngine) -> None:
    found = server_workload("postgres", args(engine), volumes())
    assert (found.stop_signal, found.stop_grace) == ("SIGINT", 90)


def test_the_server_is_not_published_unless_it_is_asked_for_and_then_here_alone(
    engine: StubEngine,
) -> None:
    assert server_workload("postgres", args(engine), volumes()).ports == ()
    (port,) = server_workload("postgres", args(engine, published=5432), volumes()).ports
    assert (port.external, port.address) == (5432, "127.0.0.1")


def test_its_password_is_a_file(engine: StubEngine) -> None:
    found = server_workload("postgres", args(engine), volumes())
    assert found.environment["POSTGRES_PASSWORD_FILE"] == "/run/secrets/postgres-password"
    assert value(found.secrets[0].value) == "value-of-postgres-password"


def test_clients_wait_for_the_server_and_its_roles(engine: StubEngine, recorder: Recorder) -> None:
    made: list[Postgres] = []
    recorder.run(lambda: made.append(Postgres("postgres", args(engine))))
    assert engine.waits["roles"] == {"postgres is healthy"}
    assert [s._name for s in made[0].ready] == ["postgres is healthy", "roles has run"]


def test_the_data_is_kept_with_what_opens_it(engine: StubEngine, recorder: Recorder) -> None:
    key = (Step("the key"),)
    recorder.run(lambda: Postgres("postgres", args(engine, key_to_data=key)))
    assert engine.kept == {"postgres-data": key}
