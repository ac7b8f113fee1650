"""Where a client is, is what the connection says, and what trusted proxies say."""

import ipaddress
from typing import Any

import pytest

from api.settings import Settings
from api.transport.addresses import client_address, subscriber

PROXIES = [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("2001:db8:1::/48")]


def scope(peer: str | None, *headers: tuple[str, str]) -> dict[str, Any]:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    return {"client": (peer, 1) if peer else None, "headers": raw}


def forwarded_for(value: str) -> tuple[str, str]:
    return "X-Forwarded-For", value


@pytest.mark.parametrize(
    ("peer", "headers", "address"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", [forwarded_for("198.51.100.7")], "192.0.2.1"),
        ("192.0.2.1", [("Forwarded", "for=198.51.100.7")], "192.0.2.1"),
        (None, [forwarded_for("198.51.100.7")], "unknown"),
        ("/run/socket", [], "unknown"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", [forwarded_for("198.51.100.7")], "198.51.100.7"),
        ("10.0.0.1", [forwarded_for("203.0.113.9, 198.51.100.7")], "198.51.100.7"),
        ("10.0.0.1", [forwarded_for("203.0.113.9, 198.51.100.7, 10.0.0.2")], "198.51.100.7"),
        ("10.0.0.1", [forwarded_for("203.0.113.9"), forwarded_for("198.51.100.7")], "198.51.100.7"),
        ("10.0.0.1", [forwarded_for("203.0.113.9, nonsense")], "10.0.0.1"),
        ("10.0.0.1", [forwarded_for("203.0.113.9, nonsense, 10.0.0.2")], "10.0.0.2"),
        ("10.0.0.1", [forwarded_for("10.0.0.3, 10.0.0.2")], "10.0.0.3"),
        ("10.0.0.1", [forwarded_for(" , ")], "10.0.0.1"),
        ("10.0.0.1", [forwarded_for("198.51.100.7:4711")], "198.51.100.7"),
        ("10.0.0.1", [forwarded_for("[2001:db8::7]:4711")], "2001:db8::7"),
        ("10.0.0.1", [forwarded_for("2001:db8::7")], "2001:db8::7"),
        ("::ffff:10.0.0.1", [forwarded_for("::ffff:198.51.100.7")], "198.51.100.7"),
        ("2001:db8:1::1", [forwarded_for("198.51.100.7")], "198.51.100.7"),
        ("10.0.0.1", [forwarded_for(", ".join(["10.0.0.2"] * 1_000))], "10.0.0.2"),
        ("10.0.0.1", [("Forwarded", 'for="[2001:db8::7]:80";proto=https')], "2001:db8::7"),
        ("10.0.0.1", [("Forwarded", "for=203.0.113.9, For=198.51.100.7;by=10.0.0.2")], "198.51.100.7"),
        ("10.0.0.1", [("Forwarded", "for=203.0.113.9, for=_hidden")], "10.0.0.1"),
        ("10.0.0.1", [("Forwarded", "for=203.0.113.9, proto=https")], "10.0.0.1"),
        ("10.0.0.1", [("Forwarded", "for=203.0.113.9"), forwarded_for("198.51.100.7")], "10.0.0.1"),
        ("10.0.0.1", [("Forwarded", "for=198.51.100.7"), forwarded_for("198.51.100.7")], "198.51.100.7"),
    ],
)
def test_the_address_of_a_client(peer: str | None, headers: list[tuple[str, str]], address: str) -> None:
    assert client_address(scope(peer, *headers), PROXIES) == address


def test_without_trusted_proxies_no_header_is_read() -> None:
    assert client_address(scope("10.0.0.1", forwarded_for("198.51.100.7")), []) == "10.0.0.1"


def test_a_subscriber_of_ipv6_is_counted_as_one() -> None:
    assert subscriber("2001:db8:0:1:2:3:4:5") == subscriber("2001:db8:0:1::9") == "2001:db8:0:1::/64"
    assert subscriber("192.0.2.1") == "192.0.2.1"
    assert subscriber("unknown") == "unknown"


def test_proxies_are_read_from_the_settings() -> None:
    given = Settings(trusted_proxies="10.0.0.0/8, 192.0.2.1,2001:db8::/32")  # type: ignore[arg-type]
    assert [str(each) for each in given.trusted_proxies] == ["10.0.0.0/8", "192.0.2.1/32", "2001:db8::/32"]
