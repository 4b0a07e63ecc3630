"""System packages are installed only where they are missing and may be."""

import pytest

from tests.unit.toolchain.machine import Machine
from toolchain import debian
from toolchain.cache import Cache
from toolchain.failure import Failure

CHROMIUM = debian.TOOLS["chromium"]


@pytest.mark.parametrize("command", CHROMIUM.commands)
def test_any_browser_of_the_kind_will_do(
    machine: Machine, cache: Cache, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    machine.command(command, "exit 0")
    monkeypatch.setenv("PATH", machine.env["PATH"])
    debian.prepare(CHROMIUM, cache)
    assert not cache.root.exists(), "something was run"


def test_a_missing_package_is_installed_without_removing_any(
    machine: Machine, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.command("apt-get", 'echo "$@"')
    monkeypatch.setenv("PATH", machine.env["PATH"])
    monkeypatch.setattr("os.geteuid", lambda: 0)
    debian.prepare(CHROMIUM, cache)
    asked = cache.log("apt-chromium").read_text()
    assert "install --no-install-recommends --no-remove chromium" in asked


def test_a_machine_without_apt_is_told_what_to_install(
    machine: Machine, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", machine.env["PATH"])
    with pytest.raises(Failure, match="chromium: not installed, and this machine has no apt-get"):
        debian.prepare(CHROMIUM, cache)


def test_a_user_who_is_not_root_is_told_what_to_install(
    machine: Machine, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.command("apt-get", "exit 0")
    monkeypatch.setenv("PATH", machine.env["PATH"])
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(Failure, match="only root can install packages\n.*apt-get install wrk"):
        debian.prepare(debian.TOOLS["wrk"], cache)
