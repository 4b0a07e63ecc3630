"""The catalogue says what is built, and refuses what can't be."""

from pathlib import Path

import pytest

from images import catalogue


def refused(tmp_path: Path, text: str) -> str:
    file = tmp_path / "catalogue.toml"
    file.write_text(text)
    with pytest.raises(ValueError) as error:
        catalogue.read(file)
    return str(error.value)


def test_the_project_builds_these_servers_and_apps() -> None:
    read = catalogue.read()
    assert set(read.servers) == {"postgres", "nats", "nginx", "files"}
    assert set(read.apps) == {"api", "worker", "migrations", "bot", "dashboard"}


def test_every_official_base_is_of_one_version() -> None:
    for name, base in catalogue.read().bases.items():
        if base.official:
            _, _, tag = base.official.partition(":")
            assert any(digit in tag for digit in "123456789"), f"{name}: {base.official}"
            assert "latest" not in tag


def test_an_unknown_base_is_named_beside_those_there_are(tmp_path: Path) -> None:
    text = '[bases.python]\n[servers]\n[apps.api]\ncontext = "app"\nbases = ["pyton"]\n'
    assert "api is built on 'pyton', no base; there are: python" in refused(tmp_path, text)


def test_a_misspelled_key_is_named(tmp_path: Path) -> None:
    text = '[bases.python]\noffical = "python:3"\n[servers]\n[apps]\n'
    message = refused(tmp_path, text)
    assert "bases.python.offical" in message
    assert "Extra inputs are not permitted" in message


def test_a_name_used_twice_is_refused(tmp_path: Path) -> None:
    text = '[bases.x]\n[servers.nats]\nversion = ["v"]\n[apps.nats]\ncontext = "app"\n'
    assert "nats: both a server and an app; rename one" in refused(tmp_path, text)


def test_what_is_no_toml_is_named_with_its_line(tmp_path: Path) -> None:
    assert "catalogue.toml: " in refused(tmp_path, "[bases\n")
