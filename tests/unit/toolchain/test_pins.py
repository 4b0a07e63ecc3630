"""The versions the toolchain prepares are those that requirements.txt pins."""

import re
from pathlib import Path

import pytest

from toolchain import pins
from toolchain.failure import Failure
from toolchain.pins import Pins

SOURCE_OF = {"docker": "docker", "random": "random", "command": "command", "pulumi": "host"}


def test_the_pins_are_read_from_the_requirements(tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text(
        "pulumi==3.1.2\npulumi-docker==4.0.1\npulumi-random==5.0\npulumi-command==1.0.0\n"
    )
    assert pins.read(file) == Pins(
        "3.1.2", {"docker": "4.0.1", "random": "5.0", "command": "1.0.0"}
    )


def test_a_missing_pin_is_named_with_the_line_to_write(tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text("pulumi==3.1.2\npulumi-docker==4.0.1\n")
    with pytest.raises(Failure, match=r"does not pin pulumi-random\n.*pulumi-random==<version>"):
        pins.read(file)


@pytest.mark.parametrize("name", SOURCE_OF)
def test_what_is_built_from_source_says_the_version_that_is_pinned(name: str) -> None:
    wanted = pins.read()
    source = (pins.SOURCES / SOURCE_OF[name] / "main.go").read_text()
    found = re.search(r'(?m)^const version = "(.*)"$', source)
    assert found is not None
    expected = wanted.pulumi if name == "pulumi" else wanted.plugins[name]
    assert found[1] == expected, f"toolchain/go/{SOURCE_OF[name]} is not what is pinned"


def test_the_cli_that_is_built_is_the_one_that_is_pinned() -> None:
    module = (pins.SOURCES / "cli" / "go.mod").read_text()
    assert f"github.com/pulumi/pulumi/pkg/v3 v{pins.read().pulumi}" in module


@pytest.mark.parametrize(
    ("installed", "fits"),
    [("3.256.0", True), ("3.300.1", True), ("3.255.9", False), ("4.0.0", False), ("2.9.0", False)],
)
def test_a_cli_fits_an_sdk_that_is_not_newer(wanted: Pins, installed: str, fits: bool) -> None:
    assert wanted.fits(pins.version(installed)) is fits


def test_another_source_is_another_toolchain(tmp_path: Path, wanted: Pins) -> None:
    source = tmp_path / "main.go"
    source.write_text("package main")
    before = pins.key(wanted, tmp_path)
    source.write_text("package other")
    assert pins.key(wanted, tmp_path) != before


def test_another_pin_is_another_toolchain(tmp_path: Path, wanted: Pins) -> None:
    assert pins.key(wanted, tmp_path) != pins.key(Pins("3.257.0", wanted.plugins), tmp_path)
