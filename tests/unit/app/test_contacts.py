"""Contacts are sealed with the first key and opened with any."""

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from tasktracker.contacts import Contacts, UnreadableContact

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def contacts(*keys: str) -> Contacts:
    return Contacts(SecretStr("\n".join(keys)))


def test_what_is_sealed_can_be_opened_and_does_not_show() -> None:
    sealed = contacts(NEW).seal("ada@example.org")
    assert b"ada" not in sealed
    assert contacts(NEW).open(sealed) == "ada@example.org"


def test_an_old_key_still_opens_while_it_is_listed() -> None:
    sealed = contacts(OLD).seal("ada")
    assert contacts(NEW, OLD).open(sealed) == "ada"


def test_what_is_sealed_anew_needs_the_old_key_no_more() -> None:
    sealed = contacts(NEW, OLD).reseal(contacts(OLD).seal("ada"))
    assert contacts(NEW).open(sealed) == "ada"


def test_without_its_key_a_contact_is_refused_with_the_fix() -> None:
    sealed = contacts(OLD).seal("ada")
    with pytest.raises(UnreadableContact, match="add that key as a further line"):
        contacts(NEW).open(sealed)
