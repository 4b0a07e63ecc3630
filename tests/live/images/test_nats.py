"""NATS starts hardened, keeps its messages on a volume, and is asked by its own client."""

import json
from collections.abc import Iterator

import pytest

from tests.live.images.containers import Container, Room, docker, done

CONFIGURATION = """
server_name: "nats-1"
listen: "0.0.0.0:4222"
http: "0.0.0.0:8222"
jetstream { store_dir: "/data", max_memory_store: 16MB, max_file_store: 64MB }
"""
HEALTHY = "wget -qO- http://127.0.0.1:8222/healthz"


@pytest.fixture(scope="module")
def network(room: Room) -> str:
    return room.network()


@pytest.fixture(scope="module")
def server(room: Room, images: dict[str, str], network: str) -> Iterator[Container]:
    files = {"nats-server.conf": CONFIGURATION}
    made = room.start(
        "nats",
        images["nats"],
        f"--network={network}",
        "--network-alias=nats",
        f"--volume={room.volume('data')}:/data",
        f"--volume={room.volume('configuration', images['nats'], 10005, **files)}:/etc/nats:ro",
    )
    made.ready(HEALTHY)
    yield made


def client(room: Room, images: dict[str, str], *command: str) -> str:
    home = ("--tmpfs=/tmp", "--env=HOME=/tmp", f"--network={room.prefix}", "--read-only")
    return done(
        "run", "--rm", *home, "--entrypoint=nats", images["postgres"], "-s", "nats:4222", *command
    )


def test_it_runs_as_its_own_user_and_owns_its_data(server: Container) -> None:
    assert server.says("id -u; stat -c %u:%g /data").split() == ["10005", "10005:10005"]


def test_jetstream_is_on(server: Container) -> None:
    told = json.loads(server.says("wget -qO- http://127.0.0.1:8222/jsz"))
    assert not told.get("disabled", False)
    assert told["config"]["store_dir"].startswith("/data")


def test_messages_outlive_a_stop_which_is_clean(
    room: Room, images: dict[str, str], server: Container
) -> None:
    client(
        room, images, "stream", "add", "KEPT", "--subjects=kept.>", "--storage=file", "--defaults"
    )
    client(room, images, "publish", "kept.one", "content")
    assert server.stop() == 0
    docker("start", server.name)
    server.ready(HEALTHY)
    told = json.loads(client(room, images, "stream", "info", "KEPT", "--json"))
    assert told["state"]["messages"] == 1


def test_a_wrong_configuration_is_refused_with_its_line(room: Room, images: dict[str, str]) -> None:
    volume = room.volume("wrong", images["nats"], 10005, **{"nats-server.conf": "jetstream {"})
    refused = room.start("wrong", images["nats"], f"--volume={volume}:/etc/nats:ro")
    assert refused.exit_code() == 1
    assert "Parse error on line 1" in refused.log()
