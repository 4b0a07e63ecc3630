"""Each step prefers what is there, and leaves nothing half made."""

from pathlib import Path

import pytest

from tests.unit.toolchain.machine import Machine, executable
from toolchain import build, download, pins, prepare, pulumi
from toolchain.cache import Cache
from toolchain.pins import Pins

WHOLE = ("docker-v5.2.0", "random-v4.21.4")


@pytest.fixture(autouse=True)
def bare(machine: Machine, wanted: Pins, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A machine without Pulumi or network; what was done to get one is noted in the answer."""
    done: list[str] = []
    monkeypatch.setenv("PATH", machine.env["PATH"])
    monkeypatch.setenv("HOME", machine.env["HOME"])
    monkeypatch.delenv("PULUMI_HOME", raising=False)
    monkeypatch.setattr(pins, "read", lambda: wanted)
    monkeypatch.setattr(download, "reachable", lambda: False)

    def release(target: Path, wanted: Pins, cache: Cache) -> str:
        done.append("download")
        lay(target)
        return ""

    def built(target: Path, wanted: Pins, cache: Cache) -> None:
        done.append("build")
        lay(target)

    def lay(target: Path) -> None:
        executable(target / "bin" / "pulumi", "exit 0")
        for name, number in wanted.plugins.items():
            plugin = pulumi.Pulumi(target, target / "home", own=True).plugin(name, number)
            executable(plugin, "echo 4321")

    monkeypatch.setattr(download, "release", release)
    monkeypatch.setattr(build, "build", built)
    return done


def test_a_whole_pulumi_on_path_is_used_and_none_is_made(
    machine: Machine, cache: Cache, bare: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    machine.pulumi("3.256.0", *WHOLE)
    prepare.prepare_pulumi(cache)
    assert bare == []
    assert f"already there: {machine.root}/bin/pulumi" in capsys.readouterr().err


def test_a_pulumi_that_lacks_plugins_is_given_them_where_their_publisher_answers(
    machine: Machine, cache: Cache, bare: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.pulumi("3.256.0", WHOLE[0])

    def plugins(found: pulumi.Pulumi, wanted: Pins, cache: Cache) -> None:
        bare.append("plugins")
        machine.pulumi("3.256.0", *WHOLE)

    monkeypatch.setattr(download, "reachable", lambda: True)
    monkeypatch.setattr(download, "plugins", plugins)
    prepare.prepare_pulumi(cache)
    assert bare == ["plugins"]


def test_the_publishers_release_comes_before_a_build(
    cache: Cache, bare: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "reachable", lambda: True)
    prepare.prepare_pulumi(cache)
    assert bare == ["download"]


def test_out_of_the_publishers_reach_it_is_built(cache: Cache, bare: list[str]) -> None:
    prepare.prepare_pulumi(cache)
    assert bare == ["build"]


def test_a_release_that_is_refused_is_built_instead_and_the_reason_is_told(
    cache: Cache,
    bare: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(download, "reachable", lambda: True)
    monkeypatch.setattr(download, "release", lambda *_: "wrong checksum")
    prepare.prepare_pulumi(cache)
    assert bare == ["build"]
    assert "not from its publisher: wrong checksum; building it" in capsys.readouterr().err


def test_a_second_run_uses_what_the_first_made(
    cache: Cache, bare: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    prepare.prepare_pulumi(cache)
    capsys.readouterr()
    prepare.prepare_pulumi(cache)
    assert bare == ["build"]
    shown = capsys.readouterr().err.splitlines()
    assert len(shown) == 1
    assert shown[0].startswith("toolchain: pulumi: already there: 3.256.0 in ")


def test_an_interrupted_build_counts_for_nothing(
    cache: Cache, wanted: Pins, bare: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = build.build

    def interrupted(target: Path, wanted: Pins, cache: Cache) -> None:
        (target / "bin").mkdir()
        (target / "bin" / "pulumi").write_text("half")
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "build", interrupted)
    with pytest.raises(KeyboardInterrupt):
        prepare.prepare_pulumi(cache)
    assert not pulumi.own(cache, wanted).bin.exists()
    monkeypatch.setattr(build, "build", whole)
    prepare.prepare_pulumi(cache)
    assert (pulumi.own(cache, wanted).bin / "pulumi").read_text() != "half"


def test_an_unknown_tool_is_refused_with_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        prepare.main(["dokcer"])
    assert ended.value.code == 2
    assert "no such tool: dokcer; there are docker, pulumi, go" in capsys.readouterr().err


def test_a_step_that_fails_ends_the_run_with_its_error(
    cache: Cache, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TASK_TRACKER_CACHE", str(cache.root))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert prepare.main(["docker"]) == 1
    assert "error: docker: no engine answers, and only root" in capsys.readouterr().err
