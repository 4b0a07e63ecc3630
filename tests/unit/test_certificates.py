"""The laws of the certificate: it can be read, is valid today, names the site, and has its key."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import PrivateFormat, load_pem_private_key

from laws import broken
from tests.unit.certificates import pair, written
from tests.unit.stack_files import SECRETS, stack

GOOD, OTHER = pair(), pair()
HEAD = "-----BEGIN CERTIFICATE-----\n"


def said(
    certificate: str = GOOD.certificate, key: str = GOOD.key, changes: dict[str, Any] | None = None
) -> list[str]:
    """What is said of prod with a certificate and a key."""
    secrets = {**SECRETS, "tls-certificate": certificate, "tls-key": key}
    found = [str(mistake) for mistake in broken("prod", secrets, stack("prod", changes))]
    secret = [line for line in (certificate + key).splitlines() if line and line[0] != "-"]
    assert not [line for line in secret for text in found if line in text]
    return found


def key_in(form: PrivateFormat, passphrase: str | None = None) -> str:
    """The key of the good certificate, written otherwise."""
    key = load_pem_private_key(GOOD.key.encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return written(key, form, passphrase)


def test_a_certificate_and_its_key_are_taken() -> None:
    assert said() == []


def test_a_chain_that_begins_with_the_sites_own_is_taken() -> None:
    assert said(f"some words before\n{GOOD.certificate}{OTHER.certificate}") == []


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_every_form_of_a_private_key_is_taken(form: PrivateFormat) -> None:
    assert said(key=key_in(form)) == []


def test_a_key_after_the_parameters_of_its_curve_is_taken() -> None:
    parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    assert said(key=parameters + key_in(PrivateFormat.TraditionalOpenSSL)) == []


@pytest.mark.parametrize("text", ["canary", GOOD.key, "\ufffd\x00"])
def test_what_is_no_certificate_is_refused(text: str) -> None:
    assert said(text) == [
        "tls-certificate: is not a PEM certificate; "
        "give the file that begins with -----BEGIN CERTIFICATE-----"
    ]


@pytest.mark.parametrize("text", ["canary", GOOD.certificate])
def test_what_is_no_key_is_refused(text: str) -> None:
    assert said(key=text) == [
        "tls-key: is not a PEM private key; "
        "give the file that begins with -----BEGIN PRIVATE KEY-----"
    ]


@pytest.mark.parametrize(
    "text", [GOOD.certificate[:-200], f"{HEAD}AA==\n-----END CERTIFICATE-----"]
)
def test_a_certificate_cut_short_is_refused(text: str) -> None:
    assert said(text) == [
        "tls-certificate: is damaged or of a kind that nobody knows; "
        "give the whole file anew, unchanged"
    ]


def test_a_key_cut_short_is_refused() -> None:
    assert said(key=GOOD.key[:-40]) == [
        "tls-key: is damaged or of a kind that nobody knows; give the whole file anew, unchanged"
    ]


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_key_that_asks_for_a_passphrase_is_refused(form: PrivateFormat) -> None:
    assert said(key=key_in(form, "canary")) == [
        "tls-key: is locked by a passphrase, which nobody types in for the edge; "
        "give it unlocked: openssl pkey -in FILE"
    ]


def test_a_key_of_another_certificate_is_refused() -> None:
    assert said(key=OTHER.key) == [
        "tls-key: is not the key of tls-certificate; give the two that belong together"
    ]


def test_a_chain_in_the_wrong_order_is_refused() -> None:
    assert said(OTHER.certificate + GOOD.certificate) == [
        "tls-certificate: begins with another one than that of tls-key; "
        "put the site's own first, then who signed it"
    ]


def test_a_certificate_that_has_expired_is_refused_with_its_day() -> None:
    old = pair(begins=-3, ends=-1)
    (text,) = said(old.certificate, old.key)
    assert text.startswith("tls-certificate: expired on 2")
    assert text.endswith("; have it renewed, and give the new one")


def test_a_certificate_of_tomorrow_is_refused() -> None:
    early = pair(begins=1)
    (text,) = said(early.certificate, early.key)
    assert text.startswith("tls-certificate: is not valid before 2")
    assert text.endswith("; give the one that is valid today, or set the clock")


@pytest.mark.parametrize(
    "name", ["tasks.example.com", "example.org", "*.tasks.example.org", "*.org", "*.example.com"]
)
def test_a_certificate_of_another_site_is_refused(name: str) -> None:
    other = pair(name)
    assert said(other.certificate, other.key) == [
        "tls-certificate: does not name edge.server_name; "
        "mend the name, or have a certificate issued that names it (subjectAltName)"
    ]


@pytest.mark.parametrize("name", ["tasks.example.org", "Tasks.example.org", "*.example.org"])
def test_a_certificate_of_the_site_is_taken(name: str) -> None:
    own = pair("www.example.org", name)
    assert said(own.certificate, own.key) == []


def test_a_pair_that_is_wrong_is_told_where_the_shape_of_the_stack_is_wrong_too() -> None:
    secrets = {**SECRETS, "tls-certificate": GOOD.certificate, "tls-key": OTHER.key}
    (mistake,) = broken("prod", secrets)
    assert mistake.key == "tls-key"
