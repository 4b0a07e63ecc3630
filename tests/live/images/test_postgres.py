"""PostgreSQL starts hardened, keeps its data, stops fast, and can be backed up."""

from collections.abc import Iterator

import pytest

from tests.live.images.containers import Container, Room, docker, done, until

PASSWORD = "correct-horse-battery"
TEMPORARY = ("--tmpfs=/tmp", "--tmpfs=/var/run/postgresql")
READY = "pg_isready --quiet --host=127.0.0.1 --dbname=tasktracker"
BACKED_UP = {
    "PGBACKREST_STANZA": "main",
    "PGBACKREST_PG1_PATH": "/var/lib/postgresql/18/docker",
    "PGBACKREST_REPO1_PATH": "/var/lib/pgbackrest",
    "PGBACKREST_REPO1_RETENTION_FULL": "1",
    "PGBACKREST_LOG_LEVEL_FILE": "off",
    "PGBACKREST_START_FAST": "y",
}


@pytest.fixture(scope="module")
def secrets(room: Room, images: dict[str, str]) -> str:
    return room.volume("secrets", images["postgres"], 999, password=f"{PASSWORD}\n")


@pytest.fixture(scope="module")
def server(room: Room, images: dict[str, str], secrets: str) -> Iterator[Container]:
    scripts = room.volume(
        "scripts",
        images["postgres"],
        999,
        **{
            "10-table.sql": "CREATE TABLE made_by_sql (id int);",
            "20-more.sh": 'psql --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" --command='
            "'CREATE TABLE made_by_shell (id int)'",
        },
    )
    made = room.start(
        "postgres",
        images["postgres"],
        *TEMPORARY,
        "--network=none",
        f"--volume={room.volume('data')}:/var/lib/postgresql",
        f"--volume={room.volume('repository')}:/var/lib/pgbackrest",
        f"--volume={secrets}:/run/secrets:ro",
        f"--volume={scripts}:/docker-entrypoint-initdb.d:ro",
        "--env=POSTGRES_DB=tasktracker",
        "--env=POSTGRES_PASSWORD_FILE=/run/secrets/password",
        *(f"--env={key}={value}" for key, value in BACKED_UP.items()),
        command=(
            "postgres",
            "-c",
            "archive_mode=on",
            "-c",
            "archive_command=pgbackrest archive-push %p",
        ),
    )
    made.ready(READY)
    yield made


def sql(server: Container, statement: str) -> str:
    return server.says(
        f'psql --dbname=tasktracker --tuples-only --no-align --command="{statement}"'
    )


def test_it_runs_as_postgres_and_no_other(server: Container) -> None:
    assert server.says("id -u; id -g").split() == ["999", "999"]


def test_the_database_is_there_with_checksums_and_a_collation_of_its_own(server: Container) -> None:
    assert sql(server, "SHOW data_checksums") == "on"
    query = "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'tasktracker'"
    assert sql(server, query) == "b|C.UTF-8"


def test_vectors_are_compared(server: Container) -> None:
    sql(server, "CREATE EXTENSION IF NOT EXISTS vector")
    assert sql(server, "SELECT '[1,2,3]'::vector <-> '[1,2,5]'::vector") == "2"


def test_files_of_the_first_start_were_run(server: Container) -> None:
    found = sql(server, "SELECT tablename FROM pg_tables WHERE tablename LIKE 'made%' ORDER BY 1")
    assert found.split() == ["made_by_shell", "made_by_sql"]


def test_a_first_start_that_was_killed_is_made_anew_by_the_next(
    room: Room, images: dict[str, str], secrets: str
) -> None:
    killed = room.start(
        "killed",
        images["postgres"],
        *TEMPORARY,
        "--network=none",
        f"--volume={room.volume('half-made')}:/var/lib/postgresql",
        f"--volume={secrets}:/run/secrets:ro",
        "--env=POSTGRES_DB=tasktracker",
        "--env=POSTGRES_PASSWORD_FILE=/run/secrets/password",
    )
    begun = 'test -n "$(find /var/lib/postgresql -name PG_VERSION)"'
    until("a half-made database", lambda: killed.sh(begun).returncode == 0, killed.log)
    done("kill", killed.name)
    assert "init process complete" not in killed.log(), "it was whole before it was killed"
    done("start", killed.name)
    killed.ready(READY)
    assert sql(killed, "SELECT 1") == "1"


@pytest.mark.parametrize(
    ("password", "let_in"), [("$(cat /run/secrets/password)", True), ("wrong", False)]
)
def test_an_address_asks_for_the_password_even_from_inside(
    server: Container, password: str, let_in: bool
) -> None:
    result = server.sh(f'PGPASSWORD="{password}" psql --host=127.0.0.1 --command="SELECT 1"')
    assert (result.returncode == 0) is let_in
    assert let_in or "password authentication failed" in result.stderr


def test_the_password_is_in_no_environment_and_no_log(server: Container) -> None:
    assert PASSWORD not in server.says("cat /proc/1/environ | tr '\\0' '\\n'")
    assert PASSWORD not in server.log()


def test_pgbackrest_backs_it_up_and_finds_the_backup_sound(server: Container) -> None:
    server.says("pgbackrest stanza-create && pgbackrest check && pgbackrest backup --type=full")
    assert "full backup: " in server.says("pgbackrest info")
    server.says("pgbackrest verify")


def test_restic_keeps_and_gives_back_a_file(server: Container) -> None:
    server.says(
        """export RESTIC_REPOSITORY=/tmp/repository RESTIC_PASSWORD_FILE=/run/secrets/password
        mkdir /tmp/kept && echo content > /tmp/kept/file
        restic init --no-cache && restic backup --no-cache /tmp/kept
        restic restore latest --no-cache --target /tmp/restored"""
    )
    assert server.says("cat /tmp/restored/tmp/kept/file") == "content"


def test_supercronic_runs_what_is_due(server: Container) -> None:
    server.says("echo '* * * * * * * touch /tmp/it-ran' > /tmp/crontab")
    docker("exec", "--detach", server.name, "supercronic", "/tmp/crontab")
    until(
        "a job of every second",
        lambda: server.sh("test -e /tmp/it-ran").returncode == 0,
        server.log,
    )


def test_it_stops_fast_with_a_client_connected_and_comes_back_with_its_data(
    server: Container,
) -> None:
    sql(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    docker("exec", "--detach", server.name, "psql", "--command=SELECT pg_sleep(600)")
    asleep = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)'"
    until("a client that sleeps", lambda: sql(server, asleep) != "0", server.log)
    assert server.stop() == 0
    assert "received fast shutdown request" in server.log()
    docker("start", server.name)
    server.ready(READY)
    assert "Skipping initialization" in server.log()
    assert sql(server, "SELECT answer FROM kept") == "42"


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        (
            "both",
            ["--env=POSTGRES_PASSWORD=a", "--env=POSTGRES_PASSWORD_FILE=/run/secrets/password"],
            "both POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are set (but are exclusive)",
        ),
        ("neither", [], "no password for the superuser: name a file in POSTGRES_PASSWORD_FILE"),
        (
            "unreadable",
            ["--env=POSTGRES_PASSWORD_FILE=/run/secrets/none"],
            "POSTGRES_PASSWORD_FILE is /run/secrets/none, which postgres can't read",
        ),
        (
            "old-mount",
            ["--env=POSTGRES_PASSWORD=a", "--tmpfs=/var/lib/postgresql/data"],
            "since 18 the data is in /var/lib/postgresql/18/docker",
        ),
    ],
)
def test_what_cannot_be_right_is_refused_by_name(
    room: Room, images: dict[str, str], secrets: str, name: str, options: list[str], message: str
) -> None:
    mounted = (f"--volume={secrets}:/run/secrets:ro", *TEMPORARY, "--network=none")
    refused = room.start(name, images["postgres"], *mounted, *options)
    assert refused.exit_code() == 1
    assert message in refused.log()


def test_the_first_argument_may_be_an_option(room: Room, images: dict[str, str]) -> None:
    asked = room.start("asked", images["postgres"], "--network=none", command=("--version",))
    assert asked.exit_code() == 0
    assert "postgres (PostgreSQL) 18." in asked.log()
