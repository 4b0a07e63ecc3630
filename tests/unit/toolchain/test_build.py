"""What is built from source has the shape of a Pulumi and needs nothing of its machine."""

from pathlib import Path

import pytest

from tests.unit.toolchain.machine import Machine
from toolchain import build, golang
from toolchain.cache import Cache
from toolchain.pins import Pins
from toolchain.pulumi import Pulumi

GO = """
if [ "$1" = env ]; then echo go1.99.0; exit; fi
if [ "$1 $2" = "list -m" ]; then echo {sdk}; exit; fi
if [ "$1" = list ]; then echo "go: downloading example.org/one v1.0.0"; echo fmt; exit; fi
echo "$CGO_ENABLED $*" >> {asked}
while [ "$1" != -o ]; do shift; done
into=$2; shift 2
for main; do : > "$into/${{main##*/}}"; done
"""


@pytest.fixture
def asked(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Go that notes its builds, and makes an empty file of each program."""
    executor = machine.root / "sdk" / "python" / "cmd" / "pulumi-language-python-exec"
    executor.parent.mkdir(parents=True)
    executor.write_text("#!/usr/bin/env python\n")
    notes = machine.root / "asked"
    machine.command("go", GO.format(sdk=machine.root / "sdk", asked=notes))
    monkeypatch.setenv("PATH", machine.env["PATH"])
    return notes


def test_the_parts_come_to_their_places(
    asked: Path, tmp_path: Path, cache: Cache, wanted: Pins
) -> None:
    target = tmp_path / "target"
    build.build(target, wanted, cache)
    pulumi = Pulumi(target / "bin", target / "home", own=True)
    files = {path for path in target.rglob("*") if path.is_file()}
    assert files == {
        pulumi.bin / "pulumi",
        pulumi.bin / "pulumi-language-python",
        pulumi.bin / "pulumi-language-python-exec",
        pulumi.plugin("docker", "5.2.0"),
        pulumi.plugin("random", "4.21.4"),
    }
    assert (pulumi.bin / "pulumi-language-python-exec").stat().st_mode & 0o111


def test_the_cli_knows_its_version_and_no_part_needs_a_c_library(
    asked: Path, tmp_path: Path, cache: Cache, wanted: Pins
) -> None:
    build.build(tmp_path / "target", wanted, cache)
    cli, plugins = asked.read_text().splitlines()
    assert "version.Version=v3.256.0" in cli
    assert cli.startswith("0 build") and plugins.startswith("0 build")


def test_a_go_of_the_projects_own_leaves_no_caches_behind(
    asked: Path, tmp_path: Path, cache: Cache, wanted: Pins, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = golang.prepare(cache)
    monkeypatch.setattr(golang, "on_path", lambda: None)
    monkeypatch.setattr(golang, "prepare", lambda cache: go)
    scratch = cache.root / "go" / "scratch"
    env = build.environment(go, scratch)
    assert {Path(env[name]).parent for name in ("GOCACHE", "GOMODCACHE", "GOPATH")} == {scratch}
    scratch.mkdir(parents=True)
    build.build(tmp_path / "target", wanted, cache)
    assert not scratch.exists()


def test_the_users_go_keeps_its_own_caches(
    asked: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOCACHE", "/theirs")
    env = build.environment(golang.prepare(cache), cache.root / "scratch")
    assert env["GOCACHE"] == "/theirs"


def test_progress_counts_what_go_names(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(
        "go: downloading example.org/one v1.0.0\n"
        "go: downloading example.org/two v1.0.0\n"
        "fmt\nexample.org/one/a-b\n# example.org/one\nmain.go:3: warning\n"
    )
    assert build.fetched(log) == 2
    assert build.compiled(log) == 2
