"""State stays on this machine unless the user has said otherwise, and its key is no one else's."""

import json
from pathlib import Path

import pytest

from toolchain import state


def test_a_user_who_has_said_nothing_gets_a_folder_and_a_key(tmp_path: Path) -> None:
    told = state.variables({"HOME": str(tmp_path)}, tmp_path)
    home = tmp_path / ".local" / "state" / "task-tracker"
    assert told == {
        "PULUMI_BACKEND_URL": f"file://{home}/pulumi",
        "PULUMI_CONFIG_PASSPHRASE_FILE": f"{home}/passphrase",
    }


def test_the_key_is_for_its_owner_only_and_never_in_the_environment(tmp_path: Path) -> None:
    told = state.variables({"HOME": str(tmp_path)}, tmp_path)
    file = Path(told["PULUMI_CONFIG_PASSPHRASE_FILE"])
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(file.read_text()) >= 43
    assert file.read_text() not in " ".join(told.values())


def test_the_key_stays_the_same(tmp_path: Path) -> None:
    assert state.passphrase(tmp_path).read_text() == state.passphrase(tmp_path).read_text()


@pytest.mark.parametrize("name", ["PULUMI_BACKEND_URL", "PULUMI_ACCESS_TOKEN"])
def test_a_backend_the_user_has_set_is_left(tmp_path: Path, name: str) -> None:
    assert state.variables({"HOME": str(tmp_path), name: "theirs"}, tmp_path) == {}


def test_a_backend_the_user_has_logged_in_to_is_left(tmp_path: Path) -> None:
    (tmp_path / "credentials.json").write_text(json.dumps({"current": "s3://theirs"}))
    assert state.variables({"HOME": str(tmp_path)}, tmp_path) == {}


@pytest.mark.parametrize("name", ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"])
def test_a_key_the_user_has_set_is_left(tmp_path: Path, name: str) -> None:
    told = state.variables({"HOME": str(tmp_path), name: "theirs"}, tmp_path)
    assert set(told) == {"PULUMI_BACKEND_URL"}
