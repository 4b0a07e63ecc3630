"""NATS: a configuration that the real server takes, and rights per client."""

import shutil
import subprocess
from pathlib import Path

import pytest

from components.nats import (
    OPERATORS,
    Nats,
    NatsArgs,
    Permissions,
    live_files,
    server_conf,
    server_workload,
)
from components.secrets import CLIENTS
from task_tracker import nats_permissions as nats_users
from tests.unit.components.parts import LIMITS, StubEngine, known, login
from tests.unit.components.test_edge import live
from tests.unit.recorder import Recorder, value


def args(engine: StubEngine) -> NatsArgs:
    return NatsArgs(
        engine=engine,
        image="task-tracker/nats:2.15.1",
        limits=LIMITS,
        permissions=nats_users(),
        logins={client: login(client) for client in CLIENTS},
    )


def checked(folder: Path, conf: str, passwords: str) -> subprocess.CompletedProcess[str]:
    """What the real server says of the files, by its own test of a configuration."""
    program = shutil.which("nats-server")
    assert program, "nats-server is missing: make check installs it from requirements-dev.txt"
    (folder / "nats-server.conf").write_text(conf.replace("{version}", "v1"))
    (folder / "passwords.conf").write_text(passwords)
    return subprocess.run(
        [program, "-t", "-c", str(folder / "nats-server.conf")], text=True, capture_output=True
    )


def test_the_real_server_takes_the_configuration(engine: StubEngine, tmp_path: Path) -> None:
    found = live_files("nats", args(engine))
    (passwords,) = found.secrets
    conf = found.files["nats-server.conf"]
    assert isinstance(conf, str)
    said = checked(tmp_path, conf, value(passwords.value))
    assert said.returncode == 0, said.stderr


def test_a_client_without_a_password_would_be_refused_by_the_server(tmp_path: Path) -> None:
    rights = Permissions(publish=("a",), subscribe=("b",))
    conf = server_conf(512, {"api_a": rights, "api_b": rights})
    said = checked(tmp_path, conf, 'api_a: "one"\n')
    assert said.returncode != 0
    assert "api_b" in said.stderr


@pytest.mark.parametrize("client", CLIENTS)
def test_every_client_is_known_by_both_its_accounts(client: str, engine: StubEngine) -> None:
    conf = str(live_files("nats", args(engine)).files["nats-server.conf"])
    for slot in "ab":
        assert f"user: {client}_{slot}, password: ${client}_{slot}," in conf


def test_passwords_are_in_a_file_of_their_own_and_nowhere_else(engine: StubEngine) -> None:
    found = live_files("nats", args(engine))
    assert "value-of" not in str(found.files["nats-server.conf"])
    assert 'api_b: "value-of-api-b"\n' in value(found.secrets[0].value)


def test_a_new_password_is_a_new_version_of_the_file(engine: StubEngine) -> None:
    version = value(live_files("nats", args(engine)).secrets[0].version)
    assert "version-of-api-a" in version
    assert "version-of-monitoring-b" in version


def test_a_client_hears_its_own_answers_alone(engine: StubEngine) -> None:
    conf = str(live_files("nats", args(engine)).files["nats-server.conf"])
    for line in conf.splitlines():
        if "_INBOX" in line:
            user = line.split("user: ")[1].split(",")[0]
            assert line.count("_INBOX") == line.count(f"_INBOX.{user}.>") == 1


def test_monitoring_may_look_and_change_nothing() -> None:
    for subject in OPERATORS["monitoring"].publish:
        assert not {"CREATE", "UPDATE", "DELETE", "PURGE", ">"} & set(subject.split("."))


def test_what_is_acknowledged_is_on_the_disk() -> None:
    assert "sync_interval: always" in server_conf(512, {})


def test_messages_in_memory_leave_room_for_the_server() -> None:
    assert "max_memory_store: 64MB" in server_conf(512, {})
    assert "max_memory_store: 16MB" in server_conf(64, {})


def test_its_probe_asks_for_health_and_its_monitoring_is_not_published(
    engine: StubEngine,
) -> None:
    found = server_workload("nats", args(engine), known("data"), live())
    assert found.health is not None
    assert found.health.command[-1] == "http://127.0.0.1:8222/healthz"
    assert found.ports == ()
    assert [a.network for a in found.networks] == ["backend"]


def test_its_streams_are_kept_and_its_users_change_by_reload(
    engine: StubEngine, recorder: Recorder
) -> None:
    made: list[Nats] = []
    recorder.run(lambda: made.append(Nats("nats", args(engine))))
    assert list(engine.kept) == ["nats-data"]
    assert [step._name for step in made[0].ready] == ["nats is healthy", "nats is reloaded"]
