"""What is on PATH is used; the project's own is used when that is not whole."""

from pathlib import Path

import pytest

from tests.unit.toolchain.machine import Machine, executable
from toolchain import pulumi
from toolchain.cache import Cache
from toolchain.failure import Failure
from toolchain.pins import Pins
from toolchain.pulumi import Pulumi

WHOLE = ("docker-v5.2.0", "random-v4.21.4")


def own(cache: Cache, wanted: Pins) -> Pulumi:
    """The project's own Pulumi, prepared."""
    prepared = pulumi.own(cache, wanted)
    prepared.bin.mkdir(parents=True)
    return prepared


def test_a_whole_pulumi_on_path_is_used(machine: Machine, cache: Cache, wanted: Pins) -> None:
    machine.pulumi("3.256.0", *WHOLE)
    own(cache, wanted)
    chosen = pulumi.choose(machine.env, cache, wanted)
    assert chosen == Pulumi(machine.root / "bin", machine.root / "home" / ".pulumi", own=False)


def test_a_newer_pulumi_on_path_is_used(machine: Machine, cache: Cache, wanted: Pins) -> None:
    machine.pulumi("3.300.0", *WHOLE)
    assert not pulumi.choose(machine.env, cache, wanted).own


def test_the_users_pulumi_home_is_where_plugins_are_looked_for(
    machine: Machine, cache: Cache, wanted: Pins
) -> None:
    machine.pulumi("3.256.0", *WHOLE)
    elsewhere = machine.root / "elsewhere"
    (machine.root / "home" / ".pulumi").rename(elsewhere)
    chosen = pulumi.choose({**machine.env, "PULUMI_HOME": str(elsewhere)}, cache, wanted)
    assert chosen.home == elsewhere


@pytest.mark.parametrize(
    ("version", "plugins", "fault"),
    [
        ("3.200.0", WHOLE, "pulumi is v3.200.0, 3.256.0 or a newer 3.x is needed"),
        ("4.1.0", WHOLE, "pulumi is v4.1.0, 3.256.0 or a newer 3.x is needed"),
        ("3.256.0", WHOLE[:1], "lacks plugin random 4.21.4"),
        ("3.256.0", ("docker-v5.1.0", "random-v4.21.4"), "lacks plugin docker 5.2.0"),
    ],
)
def test_a_pulumi_on_path_that_is_not_whole_gives_way_and_the_reason_is_told(
    machine: Machine,
    cache: Cache,
    wanted: Pins,
    version: str,
    plugins: tuple[str, ...],
    fault: str,
) -> None:
    machine.pulumi(version, *plugins)
    assert pulumi.on_path(machine.env, wanted)[1].endswith(fault)
    prepared = own(cache, wanted)
    assert pulumi.choose(machine.env, cache, wanted) == prepared


def test_a_pulumi_without_its_language_host_gives_way(machine: Machine, wanted: Pins) -> None:
    machine.pulumi("3.256.0", *WHOLE)
    (machine.root / "bin" / "pulumi-language-python").unlink()
    assert pulumi.on_path(machine.env, wanted)[1].endswith(
        "has no pulumi-language-python beside it"
    )


def test_a_pulumi_that_does_not_run_gives_way(machine: Machine, wanted: Pins) -> None:
    machine.pulumi("3.256.0", *WHOLE)
    machine.command("pulumi", "echo broken >&2; exit 3")
    assert pulumi.on_path(machine.env, wanted)[1].endswith("does not run: broken")


def test_with_none_prepared_the_command_that_prepares_one_is_named(
    machine: Machine, cache: Cache, wanted: Pins
) -> None:
    with pytest.raises(Failure, match=r"no pulumi on PATH.*\n.*toolchain/install --for up"):
        pulumi.choose(machine.env, cache, wanted)


def test_a_plugin_that_serves_is_well(machine: Machine, wanted: Pins) -> None:
    machine.pulumi("3.256.0", *WHOLE)
    found, _ = pulumi.on_path(machine.env, wanted)
    assert found is not None
    pulumi.verify(found, wanted)


def test_a_plugin_that_does_not_serve_is_named_with_what_it_said(
    machine: Machine, wanted: Pins
) -> None:
    machine.pulumi("3.256.0", *WHOLE)
    found, _ = pulumi.on_path(machine.env, wanted)
    assert found is not None
    executable(found.plugin("random", "4.21.4"), "echo cannot execute: wrong format >&2")
    with pytest.raises(
        Failure, match="plugin random 4.21.4 does not start: cannot execute"
    ) as told:
        pulumi.verify(found, wanted)
    assert str(found.plugin("random", "4.21.4").parent) in told.value.fix


def test_a_plugin_is_a_file_of_its_own_version(wanted: Pins) -> None:
    found = Pulumi(Path("/bin"), Path("/home/.pulumi"), own=False)
    assert found.plugin("docker", "5.2.0") == Path(
        "/home/.pulumi/plugins/resource-docker-v5.2.0/pulumi-resource-docker"
    )
