"""Staging and prod speak TLS, with a certificate made on the spot (audit E5)."""

import hashlib
import json
import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.sync.client import connect

from tests.live import stacks
from tests.live.app.processes import wait_for
from tests.live.load import Load
from tests.live.pulumi_stack import PROJECT, PulumiStack
from tests.live.site import Site

everywhere = pytest.mark.parametrize("stack", ("staging", "prod"), indirect=True)


@everywhere
def test_the_site_answers_by_its_own_certificate_with_tls_1_2_and_1_3_alone(site: Site) -> None:
    assert _handshake(site, ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    assert _handshake(site, ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        _handshake(site, ssl.TLSVersion.TLSv1_1)


@everywhere
def test_clear_text_is_sent_to_tls_with_its_method_path_and_query(site: Site) -> None:
    for method in ("GET", "POST"):
        answer = httpx.request(method, f"{site.plain_origin}/api/tasks?limit=1")
        assert answer.status_code == 308
        assert answer.headers["Location"] == f"{site.origin}/api/tasks?limit=1"


@everywhere
def test_browsers_are_told_to_use_tls_for_a_year(site: Site) -> None:
    told = site.client.get("/").headers["Strict-Transport-Security"]
    assert told == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize("stack", ("staging",), indirect=True)
def test_a_new_certificate_is_served_and_cuts_nobody_off(
    stack: PulumiStack, site: Site, tmp_path: Path
) -> None:
    """Audit S4, for the secret that is renewed most often."""
    old, new = stack.secrets, stacks.certificate(tmp_path)
    either = ssl.create_default_context(cadata=old["tls-certificate"] + new["tls-certificate"])
    socket_origin = site.origin.replace("http", "ws", 1)
    assert _served(site) == _fingerprint(old["tls-certificate"])
    with (
        connect(f"{socket_origin}/ws", ssl=either) as listener,
        Load(site.origin, rate=20, verify=either) as load,
    ):
        for name, value in new.items():
            stack.pulumi("config", "set", "--secret", f"{PROJECT}:{name}", stdin=value).succeeded()
        stack.secrets = {**old, **new}
        stack.up().succeeded()
        site.look_again()
        assert _served(site) == _fingerprint(new["tls-certificate"])
        made = site.create("told to who listened before").json()["id"]
        wait_for("who listened before to be told", lambda: made == _told(listener.recv(5)))
    print(f"\na new certificate: {load.figures()}")
    assert load.figures().failed == 0, load.figures()


def _told(message: str | bytes) -> str:
    return str(json.loads(message)["id"])


def _fingerprint(certificate: str) -> str:
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate)).hexdigest()


def _served(site: Site) -> str:
    """The fingerprint of the certificate that a new connection is shown."""
    address = ("127.0.0.1", urlsplit(site.origin).port or 0)
    return _fingerprint(ssl.get_server_certificate(address, timeout=10))


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
