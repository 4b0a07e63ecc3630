"""The migrations job, on databases of its own."""

import itertools
from collections.abc import Iterator

import pytest
from tasktracker.migrations.schema import heads

from tests.live.app.stack import Stack

numbers = itertools.count()

COLUMNS = (
    "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute "
    "WHERE attrelid = 'tasks'::regclass AND NOT attisdropped"
)
INDEXES = (
    "SELECT string_agg(indexname, ',' ORDER BY indexname) FROM pg_indexes WHERE tablename='tasks'"
)


@pytest.fixture
def database(servers: Stack) -> Iterator[str]:
    """An empty database with what the job that makes the roles puts there."""
    name = f"empty{next(numbers)}"
    servers.postgres.make_database(name)
    yield name
    servers.postgres.sql(f"DROP DATABASE {name}")


def test_there_is_one_newest_revision() -> None:
    assert len(heads()) == 1


def test_the_schema_goes_up_one_down_and_up_again_and_keeps_the_tasks(
    servers: Stack, database: str
) -> None:
    def look(statement: str) -> str:
        return servers.postgres.sql(statement, "migrations", database)

    assert servers.migrate(DATABASE_NAME=database).returncode == 0
    columns, indexes = look(COLUMNS), look(INDEXES)
    look("INSERT INTO tasks (title) VALUES ('kept')")
    assert servers.migrate("-1", DATABASE_NAME=database).returncode == 0
    assert (look(COLUMNS), look(INDEXES)) != (columns, indexes)
    assert servers.migrate(DATABASE_NAME=database).returncode == 0
    assert (look(COLUMNS), look(INDEXES)) == (columns, indexes)
    assert look("SELECT title FROM tasks") == "kept"


def test_the_schema_goes_down_to_nothing(servers: Stack, database: str) -> None:
    assert servers.migrate(DATABASE_NAME=database).returncode == 0
    assert servers.migrate("base", DATABASE_NAME=database).returncode == 0
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename = 'tasks'"
    assert servers.postgres.sql(tables, "migrations", database) == "0"


def test_a_second_run_changes_nothing(servers: Stack, database: str) -> None:
    assert servers.migrate(DATABASE_NAME=database).returncode == 0
    again = servers.migrate(DATABASE_NAME=database)
    assert again.returncode == 0
    assert "Running upgrade" not in again.stdout


@pytest.mark.parametrize(
    ("wrong", "cause", "fix"),
    [
        ({"DATABASE_PORT": "1"}, "Connect call failed", "Postgres must be up"),
        ({"DATABASE_NAME": "nowhere"}, "does not exist", "Postgres must be up"),
        ({"NATS_URL": "nats://127.0.0.1:1"}, "Connect call failed", "NATS must be up"),
        ({"NATS_USER": "api"}, "Authorization Violation", "nats-permissions.json"),
    ],
)
def test_a_failed_run_says_what_and_why_and_what_to_do(
    servers: Stack, database: str, wrong: dict[str, str], cause: str, fix: str
) -> None:
    done = servers.migrate(**{"DATABASE_NAME": database, **wrong})
    assert done.returncode == 1
    assert cause.lower() in done.stdout.lower() and fix in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_without_the_vector_extension_it_says_so(servers: Stack) -> None:
    servers.postgres.sql("CREATE DATABASE bare")
    servers.postgres.sql("GRANT CREATE ON SCHEMA public TO migrations", database="bare")
    try:
        done = servers.migrate(DATABASE_NAME="bare")
    finally:
        servers.postgres.sql("DROP DATABASE bare")
    assert done.returncode == 1
    assert 'permission denied to create extension \\"vector\\"' in done.stdout
