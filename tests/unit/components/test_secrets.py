"""Secrets: generated or given, versioned, and rotated without locking anybody out."""

import base64
from typing import Any

import pytest

from components.secrets import CLIENTS, DATABASE_LOGINS, NATS_LOGINS, Secrets, SecretsArgs
from tests.unit.components.parts import known
from tests.unit.recorder import PASSWORD, Recorder, is_secret, value

VERSION = "random:index/randomId:RandomId"


def made(recorder: Recorder, **given: Any) -> Secrets:
    found: list[Secrets] = []
    recorder.run(lambda: found.append(Secrets("secrets", SecretsArgs(**given))))
    return found[0]


def test_a_password_has_184_bits_begins_with_a_letter_and_needs_no_quotes(
    recorder: Recorder,
) -> None:
    secrets = made(recorder)
    asked = recorder.inputs(PASSWORD, "postgres-password")
    assert (asked["length"], asked["special"]) == (31, False)
    assert value(secrets["postgres-password"].value) == "spassword-of-postgres-password"


@pytest.mark.parametrize("name", ["postgres-password", "admin-token", "encryption-key"])
def test_a_value_is_secret_and_its_version_is_not(name: str, recorder: Recorder) -> None:
    secrets = made(recorder)
    assert is_secret(secrets[name].value)
    assert not is_secret(secrets[name].version)


@pytest.mark.parametrize(("rotation", "passwords"), [(0, 1), (1, 2), (2, 2)])
def test_every_client_has_a_login_of_its_own_at_both_servers(
    rotation: int, passwords: int, recorder: Recorder
) -> None:
    secrets = made(recorder, rotations=dict.fromkeys([*DATABASE_LOGINS, *NATS_LOGINS], rotation))
    for logins in (secrets.database, secrets.nats):
        assert set(logins) == set(CLIENTS)
        texts = [value(s.value) for each in logins.values() for s in each.passwords.values()]
        assert len(set(texts)) == passwords * len(CLIENTS)


def test_a_made_encryption_key_is_one_that_fernet_takes(recorder: Recorder) -> None:
    key = value(made(recorder)["encryption-key"].value)
    assert "+" not in key and "/" not in key
    assert len(base64.urlsafe_b64decode(key)) == 32


def test_a_given_secret_takes_the_place_of_a_made_one(recorder: Recorder) -> None:
    secrets = made(recorder, given={"encryption-key": known("given")})
    assert value(secrets["encryption-key"].value) == "given"
    assert is_secret(secrets["encryption-key"].value)


def test_the_version_of_a_given_secret_is_a_random_number_that_it_keeps(
    recorder: Recorder,
) -> None:
    secrets = made(recorder, given={"encryption-key": known("given")})
    assert recorder.inputs(VERSION, "encryption-key-version")["keepers"] == {"value": "given"}
    assert value(secrets["encryption-key"].version) == "c0ffee00"
    assert not is_secret(secrets["encryption-key"].version)


def test_a_certificates_version_is_known_before_anything_exists(recorder: Recorder) -> None:
    secrets = made(recorder, given={"tls-certificate": known("one"), "tls-key": known("key")})
    other = made(recorder, given={"tls-certificate": known("two"), "tls-key": known("key")})
    assert recorder.names(VERSION) == []
    version = value(secrets["tls-certificate"].version)
    assert value(secrets["tls-key"].version) == version
    assert value(other["tls-certificate"].version) != version


def test_what_was_not_given_is_not_there(recorder: Recorder) -> None:
    assert made(recorder).get("tls-certificate") is None


@pytest.mark.parametrize(
    ("rotation", "user", "standby"),
    [(0, "api_a", "api_b"), (1, "api_b", "api_a"), (2, "api_a", "api_b")],
)
def test_a_rotation_changes_over_to_the_other_account(
    rotation: int, user: str, standby: str, recorder: Recorder
) -> None:
    login = made(recorder, rotations={"api-database": rotation}).database["api"]
    assert (login.user, login.standby) == (user, standby)


def test_a_rotation_leaves_the_password_that_is_still_in_use_as_it_is(recorder: Recorder) -> None:
    def keepers(rotation: int) -> dict[str, Any]:
        recorder.made.clear()
        made(recorder, rotations={"api-database": rotation})
        made_now = recorder.names(PASSWORD)
        return {
            slot: recorder.inputs(PASSWORD, name)["keepers"] if name in made_now else None
            for slot, name in (("a", "api-database-a"), ("b", "api-database-b"))
        }

    for rotation in range(6):
        before, after = keepers(rotation), keepers(rotation + 1)
        used, next_used = "ab"[rotation % 2], "ab"[(rotation + 1) % 2]
        assert after[used] == before[used]
        assert after[next_used] != before[next_used]


def test_a_rotation_of_a_token_makes_another_one(recorder: Recorder) -> None:
    first = made(recorder)["admin-token"]
    second = made(recorder, rotations={"admin-token": 1})["admin-token"]
    assert value(first.version) != value(second.version)


def test_what_opens_the_data_is_kept_with_it(recorder: Recorder) -> None:
    names = {resource._name for resource in made(recorder).key_to_data}
    assert names == {"postgres-password", "encryption-key"}
