"""The Go on PATH is used if it can build the toolchain; otherwise one goes into the cache."""

from pathlib import Path

import pytest

from tests.unit.toolchain.machine import Machine, executable
from toolchain import golang, pins, requirements
from toolchain.cache import Cache

FETCHES = """
while [ "$1" != --target ]; do shift; done
/bin/mkdir -p "$2/go/bin"; : > "$2/go/bin/go"
"""


@pytest.fixture(autouse=True)
def path(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's PATH."""
    monkeypatch.setenv("PATH", machine.env["PATH"])


def test_what_is_needed_is_what_the_sources_say(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module m\n\ngo 1.25.11\n")
    assert golang.needed(tmp_path) == (1, 25, 11)


def test_the_fallback_can_build_the_sources() -> None:
    assert pins.version(golang.PACKAGE) >= golang.needed()


def test_a_go_on_path_that_is_new_enough_is_used(machine: Machine, cache: Cache) -> None:
    go = machine.command("go", "echo go1.99.0")
    assert golang.prepare(cache) == go
    assert not cache.root.exists(), "something was fetched"


@pytest.mark.parametrize("version", ["go1.24.9", "go1.25.10"])
def test_a_go_on_path_that_is_too_old_is_left_and_another_fetched_once(
    machine: Machine, cache: Cache, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    machine.command("go", f"echo {version}")
    python = executable(machine.root / "python", FETCHES)
    monkeypatch.setattr(requirements, "create", lambda cache: python)
    assert golang.prepare(cache) == golang.cached(cache)
    assert golang.cached(cache).exists()
    monkeypatch.delattr(requirements, "create")
    assert golang.prepare(cache) == golang.cached(cache)
