"""Python packages are installed after a change of what is required, and not again."""

import pytest

from tests.unit.toolchain.machine import Machine
from toolchain import requirements
from toolchain.cache import Cache
from toolchain.failure import Failure


@pytest.fixture
def clone(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A clone whose environment's Python notes what pip was asked for."""
    asked = machine.root / "asked"
    python = machine.command("python", f'[ "$1" = -c ] || echo "$@" >> {asked}')
    monkeypatch.setattr(requirements, "REPOSITORY", machine.root)
    monkeypatch.setattr(requirements, "VENV", machine.root)
    monkeypatch.setattr(requirements, "PYTHON", python)
    monkeypatch.setattr(requirements, "STAMP", machine.root / "requirements.json")
    (machine.root / "requirements.txt").write_text("-r base.txt\none==1\n")
    (machine.root / "requirements-dev.txt").write_text("two==2\n")
    (machine.root / "base.txt").write_text("zero==0\n")
    return machine


def installs(clone: Machine) -> list[str]:
    """What pip was asked for so far."""
    asked = clone.root / "asked"
    return asked.read_text().splitlines() if asked.exists() else []


def test_a_second_run_installs_nothing(clone: Machine, cache: Cache) -> None:
    requirements.prepare(cache, ("requirements.txt",))
    requirements.prepare(cache, ("requirements.txt",))
    assert installs(clone) == ["-m pip install --requirement=requirements.txt"]


@pytest.mark.parametrize("file", ["requirements.txt", "base.txt"])
def test_a_change_is_installed_even_in_an_included_file(
    clone: Machine, cache: Cache, file: str
) -> None:
    requirements.prepare(cache, ("requirements.txt",))
    with (clone.root / file).open("a") as handle:
        handle.write("three==3\n")
    requirements.prepare(cache, ("requirements.txt",))
    assert len(installs(clone)) == 2


def test_what_serves_development_serves_a_run_as_well(clone: Machine, cache: Cache) -> None:
    requirements.prepare(cache, ("requirements.txt", "requirements-dev.txt"))
    requirements.prepare(cache, ("requirements.txt",))
    assert len(installs(clone)) == 1


def test_an_installation_that_was_cut_short_leaves_nothing_to_rely_on(
    clone: Machine, cache: Cache
) -> None:
    requirements.prepare(cache, ("requirements.txt",))
    (clone.root / "requirements.txt").write_text("one==2\n")
    clone.command("python", '[ "$1" = -c ] || exit 1')
    with pytest.raises(Failure, match="installing requirements.txt: .*python ended with 1"):
        requirements.prepare(cache, ("requirements.txt",))
    assert requirements.installed() == {}


def test_an_environment_whose_python_is_gone_does_not_run(clone: Machine) -> None:
    requirements.PYTHON.unlink()
    assert not requirements.runs()


def test_an_environment_that_does_not_run_is_made_anew(
    clone: Machine, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    requirements.PYTHON.write_text("not a program")
    makes = f"printf '#!/bin/sh\\n' > {requirements.PYTHON}"
    script = f'case "$*" in "-m venv --clear {clone.root}") {makes} ;; esac'
    monkeypatch.setattr("sys.executable", str(clone.command("python3", script)))
    assert requirements.create(cache).exists()
    assert requirements.runs()
