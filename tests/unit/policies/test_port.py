"""What a published port answers on."""

from __future__ import annotations

import pytest

from policies.port import Port

EVERYWHERE = [
    *("", "0", "0.0", "0.0.0.0", "::", "[::]", "0000::", "0::0", "::ffff:0.0.0.0", "*"),
    "localhost",
]


def port(ip: str) -> Port:
    return Port(ip, 8080, 80, "tcp")


@pytest.mark.parametrize("ip", EVERYWHERE)
def test_what_is_no_single_address_is_every_address(ip: str) -> None:
    assert port(ip).address is None
    assert not port(ip).is_local


@pytest.mark.parametrize("ip", ["127.0.0.1", "127.0.0.2", "::1", "[::1]", "::ffff:127.0.0.1"])
def test_the_loopback_is_the_hosts_own(ip: str) -> None:
    assert port(ip).is_local


def test_an_address_is_one_in_each_spelling() -> None:
    assert port("::ffff:10.0.0.5").address == port("10.0.0.5").address is not None
    assert not port("10.0.0.5").is_local
