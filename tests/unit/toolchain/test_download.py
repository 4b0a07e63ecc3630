"""The official release is taken where its publisher answers, if it is what it should be."""

import hashlib
import socket
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.unit.toolchain.machine import executable
from toolchain import download
from toolchain.cache import Cache
from toolchain.failure import Failure
from toolchain.pins import Pins

PLUGIN_INSTALL = """
[ "$1 $2 $3" = "plugin install resource" ] || exit 1
folder=$PULUMI_HOME/plugins/resource-$4-v$5
mkdir -p "$folder"; : > "$folder/pulumi-resource-$4"
"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and logs nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def publisher(tmp_path: Path, wanted: Pins) -> Iterator[tuple[str, Path]]:
    """A publisher with the release: its address and the folder it serves."""
    folder = tmp_path / "site" / "releases" / "sdk"
    executable(tmp_path / "release" / "pulumi" / "pulumi", PLUGIN_INSTALL)
    folder.mkdir(parents=True)
    archive = folder / download.archive(wanted.pulumi)
    subprocess.run(["tar", "-czf", archive, "-C", tmp_path / "release", "pulumi"], check=True)
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    sums = folder / f"pulumi-{wanted.pulumi}-checksums.txt"
    sums.write_text(f"{'0' * 64}  other.tar.gz\n{digest}  {archive.name}\n")
    handler = partial(Quiet, directory=str(tmp_path / "site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", folder
        server.shutdown()
        thread.join()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where the release goes."""
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


def test_the_release_is_laid_out_with_its_plugins(
    publisher: tuple[str, Path], target: Path, wanted: Pins, cache: Cache
) -> None:
    assert download.release(target, wanted, cache, publisher[0]) == ""
    files = {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()}
    assert files == {
        "bin/pulumi",
        "home/plugins/resource-docker-v5.2.0/pulumi-resource-docker",
        "home/plugins/resource-random-v4.21.4/pulumi-resource-random",
    }


def test_a_release_with_another_checksum_is_refused(
    publisher: tuple[str, Path], target: Path, wanted: Pins, cache: Cache
) -> None:
    site, folder = publisher
    sums = folder / f"pulumi-{wanted.pulumi}-checksums.txt"
    sums.write_text(f"{'0' * 64}  {download.archive(wanted.pulumi)}\n")
    fault = download.release(target, wanted, cache, site)
    assert fault.endswith("does not have its publisher's checksum")
    assert not (target / "bin").exists()


def test_a_release_that_the_checksums_do_not_name_is_refused(
    publisher: tuple[str, Path], target: Path, wanted: Pins, cache: Cache
) -> None:
    site, folder = publisher
    (folder / f"pulumi-{wanted.pulumi}-checksums.txt").write_text(f"{'0' * 64}  other.tar.gz\n")
    fault = download.release(target, wanted, cache, site)
    assert fault.startswith("the publisher's checksums do not name pulumi-v3.256.0-")


def test_a_release_that_is_not_there_is_told(
    publisher: tuple[str, Path], target: Path, cache: Cache
) -> None:
    unpublished = Pins("3.999.0", {})
    assert "404" in download.release(target, unpublished, cache, publisher[0])


def test_a_plugin_that_cannot_be_had_is_named(
    publisher: tuple[str, Path], target: Path, cache: Cache
) -> None:
    refused = Pins("3.256.0", {"docker": "5.2.0 "})
    (target / "home").write_text("in the way")
    with pytest.raises(Failure, match="fetching plugin docker 5.2.0"):
        download.release(target, refused, cache, publisher[0])


def test_a_publisher_that_answers_is_in_reach(publisher: tuple[str, Path]) -> None:
    assert download.reachable(publisher[0])


def test_a_publisher_that_refuses_is_out_of_reach() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        assert not download.reachable(f"http://127.0.0.1:{bound.getsockname()[1]}")


def test_a_publisher_that_stays_silent_is_given_up_in_time() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        assert not download.reachable(f"http://127.0.0.1:{silent.getsockname()[1]}", 0.2)


def test_a_look_up_that_hangs_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    hung = threading.Event()

    def hang(*_: object, **__: object) -> None:
        hung.wait(60)
        raise OSError("no such name")

    monkeypatch.setattr("urllib.request.urlopen", hang)
    assert not download.reachable("http://nowhere.invalid", 0.2)
    hung.set()
