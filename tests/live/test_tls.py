"""Staging and prod speak TLS, with a certificate made on the spot (audit E5)."""

import socket
import ssl
from urllib.parse import urlsplit

import httpx
import pytest

from tests.live.site import Site

pytestmark = pytest.mark.parametrize("stack", ("staging", "prod"), indirect=True)


def test_the_site_answers_by_its_own_certificate_with_tls_1_2_and_1_3_alone(site: Site) -> None:
    assert _handshake(site, ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    assert _handshake(site, ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        _handshake(site, ssl.TLSVersion.TLSv1_1)


def test_clear_text_is_sent_to_tls_with_its_method_path_and_query(site: Site) -> None:
    for method in ("GET", "POST"):
        answer = httpx.request(method, f"{site.plain_origin}/api/tasks?limit=1")
        assert answer.status_code == 308
        assert answer.headers["Location"] == f"{site.origin}/api/tasks?limit=1"


def test_browsers_are_told_to_use_tls_for_a_year(site: Site) -> None:
    told = site.client.get("/").headers["Strict-Transport-Security"]
    assert told == "max-age=31536000; includeSubDomains"


def _handshake(site: Site, version: ssl.TLSVersion) -> str | None:
    """The version that was agreed on when the client offers one alone."""
    offer = ssl.create_default_context(cadata=site.certificate)
    offer.set_ciphers("ALL:@SECLEVEL=0")  # or this client would not offer the old ones at all
    offer.minimum_version = offer.maximum_version = version
    address = ("127.0.0.1", urlsplit(site.origin).port or 0)
    with (
        socket.create_connection(address, timeout=10) as connection,
        offer.wrap_socket(connection, server_hostname="localhost") as secured,
    ):
        return secured.version()
