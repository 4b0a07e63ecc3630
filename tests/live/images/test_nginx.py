"""nginx starts hardened, takes a new configuration without a stop, and lets a client finish."""

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.live.images.containers import Container, Room, done, until

SIZE = 400_000
# 200 kB a second: the download is under way for two seconds.
SERVER = """
upstream followed {
    zone followed 64k;
    resolver 127.0.0.11 valid=1s ipv6=off;
    server nobody:8000 resolve;
}
server {
    listen 8080;
    root /srv/www;
    location / { return 200 "one\\n"; }
    location /slow { limit_rate 200k; try_files /slow =404; }
    location /followed { proxy_pass http://followed; }
}
"""


@pytest.fixture(scope="module")
def configuration(room: Room, images: dict[str, str]) -> str:
    return room.volume("configuration", images["nginx"], 101, **{"site.conf": SERVER})


@pytest.fixture(scope="module")
def server(room: Room, images: dict[str, str], configuration: str) -> Iterator[Container]:
    made = room.start(
        "nginx",
        images["nginx"],
        "--tmpfs=/tmp",
        "--publish=127.0.0.1::8080",
        f"--volume={configuration}:/etc/nginx/conf.d:ro",
        f"--volume={room.volume('www', images['nginx'], 101, slow='x' * SIZE)}:/srv/www:ro",
    )
    made.ready("wget -qO- http://127.0.0.1:8080/")
    yield made


def get(server: Container, path: str) -> tuple[int, str]:
    url = f"http://127.0.0.1:{server.port(8080)}{path}"
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def test_it_runs_as_its_own_user(server: Container) -> None:
    assert server.says("id -u") == "101"


def test_an_upstream_whose_name_leads_nowhere_yet_keeps_nothing_from_starting(
    server: Container,
) -> None:
    assert get(server, "/followed")[0] == 502
    assert get(server, "/") == (200, "one\n")


def test_a_reload_brings_the_new_configuration_and_a_wrong_one_changes_nothing(
    room: Room, images: dict[str, str], server: Container, configuration: str
) -> None:
    def write(text: str) -> None:
        script = ("--entrypoint=sh", images["nginx"], "-ec", "cat > /in/site.conf")
        mount = ("--user=0", f"--volume={configuration}:/in")
        done("run", "--rm", "--interactive", *mount, *script, text=text)

    write(SERVER.replace('"one', '"two'))
    server.says("nginx -t && nginx -s reload")
    until("the new answer", lambda: get(server, "/") == (200, "two\n"), server.log)
    write("server {")
    assert "unexpected end of file" in server.sh("nginx -t").stderr
    assert server.sh("nginx -s reload").returncode == 1
    assert get(server, "/") == (200, "two\n")
    write(SERVER)
    server.says("nginx -s reload")


def test_a_stop_lets_a_download_finish(server: Container) -> None:
    received: list[tuple[int, str]] = []
    download = threading.Thread(target=lambda: received.append(get(server, "/slow")))
    download.start()
    open_files = "ls -l /proc/[0-9]*/fd 2>/dev/null | grep -q /srv/www/slow"
    until("a download under way", lambda: server.sh(open_files).returncode == 0, server.log)
    assert server.stop() == 0
    download.join()
    assert [(status, len(text)) for status, text in received] == [(200, SIZE)]


def test_without_a_configuration_nothing_answers(room: Room, images: dict[str, str]) -> None:
    bare = room.start("bare", images["nginx"], "--tmpfs=/tmp")
    bare.ready("test -e /tmp/nginx.pid")
    assert bare.sh("wget -qO- http://127.0.0.1:8080/").returncode != 0
