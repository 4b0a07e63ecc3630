"""The probe of the images: green for 200 alone."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

PROBE = Path(__file__).parents[3] / "app" / "probe"


@pytest.fixture
def server() -> Iterator[str]:
    """Answers /200 with 200, /503 with 503, and so on."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(int(self.path[1:]))
            self.end_headers()
            self.wfile.write(b"the body")

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def probe(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(PROBE), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("status", "code"), [(200, 0), (204, 1), (302, 1), (404, 1), (503, 1)])
def test_only_200_is_green(server: str, status: int, code: int) -> None:
    done = probe(f"{server}/{status}")
    assert done.returncode == code
    assert status == 204 or done.stdout.strip() == "the body"


def test_nobody_there_is_red_and_said() -> None:
    done = probe("http://127.0.0.1:1/health")
    assert done.returncode == 1
    assert "http://127.0.0.1:1/health: [Errno 111] Connection refused" in done.stderr


@pytest.mark.parametrize("arguments", [(), ("https://x/",), ("http://a/", "http://b/")])
def test_anything_but_one_address_is_refused(arguments: tuple[str, ...]) -> None:
    done = probe(*arguments)
    assert done.returncode == 1
    assert done.stderr.strip() == "usage: probe http://host:port/path"
