"""Laws of the certificate: whom it names, how long, and that the key is its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING

from laws.case import Case, Given
from mistakes import Mistake

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.x509 import Certificate

CERTIFICATE, KEY = "tls-certificate", "tls-key"

# How a key begins has more than one form: PRIVATE KEY, EC PRIVATE KEY, ...
BEGINS = {
    CERTIFICATE: r"-----BEGIN CERTIFICATE-----",
    KEY: r"-----BEGIN ([A-Z]+ )*PRIVATE KEY-----",
}


def certificate_and_key_are_a_pair(case: Given) -> Iterator[Mistake]:
    """Both can be read, the certificate is valid today, and the key is that of the first one."""
    for name, kind in ((CERTIFICATE, "certificate"), (KEY, "private key")):
        text = case.secrets.get(name, "")
        if text.strip() and not re.search(BEGINS[name], text):
            fix = f"give the file that begins with -----BEGIN {kind.upper()}-----"
            yield Mistake(name, f"is not a PEM {kind}", fix)
        elif text.strip() and (fault := _unreadable(name, text)):
            yield fault
    chain, key = chain_of(case), _key(case)
    if chain:
        yield from _valid_today(chain[0])
    if chain and key:
        yield from _own_key(chain, key)


def certificate_names_the_site(case: Case) -> Iterator[Mistake]:
    """Browsers refuse a site whose certificate names others."""
    chain, name = chain_of(case), case.values.edge.server_name
    if case.values.edge.https_port is not None and chain and not _names(chain[0], name):
        yield Mistake(
            CERTIFICATE, "does not name edge.server_name",
            "mend the name, or have a certificate issued that names it (subjectAltName)",
        )  # fmt: skip


def chain_of(case: Given) -> tuple[Certificate, ...]:
    """The certificates that were given, the site's own first; none if they can't be read."""
    try:
        return _chain(case.secrets.get(CERTIFICATE, ""))
    except ValueError:
        return ()


def _unreadable(name: str, text: str) -> Mistake | None:
    again = "give the whole file anew, unchanged"
    try:
        _chain(text) if name == CERTIFICATE else _private(text)
    except TypeError:
        return Mistake(name, "is locked by a passphrase, which nobody types in for the edge",
                       "give it unlocked: openssl pkey -in FILE")  # fmt: skip
    except ValueError:
        return Mistake(name, "is damaged or of a kind that nobody knows", again)
    return None


def _key(case: Given) -> PrivateKeyTypes | None:
    try:
        return _private(case.secrets.get(KEY, ""))
    except (TypeError, ValueError):
        return None


def _valid_today(certificate: Certificate) -> Iterator[Mistake]:
    now = datetime.now(UTC)
    if now > certificate.not_valid_after_utc:
        day = certificate.not_valid_after_utc.date()
        yield Mistake(CERTIFICATE, f"expired on {day}", "have it renewed, and give the new one")
    if now < certificate.not_valid_before_utc:
        day = certificate.not_valid_before_utc.date()
        yield Mistake(CERTIFICATE, f"is not valid before {day}",
                      "give the one that is valid today, or set the clock")  # fmt: skip


def _own_key(chain: tuple[Certificate, ...], key: PrivateKeyTypes) -> Iterator[Mistake]:
    public = key.public_key()
    if chain[0].public_key() == public:
        return
    if any(certificate.public_key() == public for certificate in chain[1:]):
        yield Mistake(CERTIFICATE, "begins with another one than that of tls-key",
                      "put the site's own first, then who signed it")  # fmt: skip
    else:
        yield Mistake(KEY, "is not the key of tls-certificate", "give the two that belong together")


def _names(certificate: Certificate, name: str) -> bool:
    """Whether a certificate is one for a host, a wildcard standing for its first label."""
    from cryptography.x509 import (
        DNSName,
        ExtensionNotFound,
        IPAddress,
        SubjectAlternativeName,
    )

    try:
        names = certificate.extensions.get_extension_for_class(SubjectAlternativeName).value
    except (ExtensionNotFound, ValueError):
        return False
    try:
        return ip_address(name) in names.get_values_for_type(IPAddress)
    except ValueError:
        hosts = {host.lower() for host in names.get_values_for_type(DNSName)}
        return name in hosts or f"*.{name.partition('.')[2]}" in hosts


# More than one law reads them; what they are read by is loaded where there are some: previews wait.
@cache
def _chain(text: str) -> tuple[Certificate, ...]:
    if not text.strip():
        return ()
    from cryptography.x509 import load_pem_x509_certificates

    return tuple(load_pem_x509_certificates(text.encode()))


@cache
def _private(text: str) -> PrivateKeyTypes | None:
    """Raises TypeError for a locked one, ValueError for one that can't be read."""
    if not text.strip():
        return None
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(text.encode(), password=None)
    except UnsupportedAlgorithm:
        raise ValueError("an algorithm that is not known") from None
