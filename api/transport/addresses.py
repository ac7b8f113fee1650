"""Where a request comes from: the address of the connection, or what a proxy says that is trusted.

`Forwarded` is read as RFC 7239 has it, `X-Forwarded-For` as everybody writes it.
"""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
UNKNOWN: Final = "unknown"
# A subscriber of IPv6 has at least so much to choose addresses from (RFC 6177).
_ONE_SUBSCRIBER: Final = 64
_MOST_PROXIES: Final = 20


def client_address(scope: Mapping[str, Any], trusted: Sequence[Network]) -> str:
    """The address of the client of an ASGI scope: that of the connection, unless it is a trusted proxy's. Then it is
    the last address in its header that is not a trusted proxy's again. Where there are both headers and they disagree,
    one of them is the client's own invention, and neither is believed. `unknown` where the server does not say.
    """
    peer = _read(scope["client"][0]) if scope.get("client") else None
    if peer is None:
        return UNKNOWN
    if not trusted or not _is_trusted(peer, trusted):
        return str(peer)
    ways = [
        list(way)
        for name, read in ((b"x-forwarded-for", _listed), (b"forwarded", _forwarded))
        if (way := read(b",".join(value for header, value in scope["headers"] if header == name).decode("latin-1")))
    ]
    found = {_last_untrusted(peer, way, trusted) for way in ways if way}
    return str(found.pop() if len(found) == 1 else peer)


def subscriber(address: str) -> str:
    """What an address is counted as: itself, or its network of /64 where it is one of IPv6."""
    read = _read(address)
    if not isinstance(read, ipaddress.IPv6Address):
        return address
    return str(ipaddress.IPv6Network((int(read), _ONE_SUBSCRIBER), strict=False))


def _last_untrusted(peer: _Address, way: Iterable[str], trusted: Sequence[Network]) -> _Address:
    """Goes back from proxy to proxy. Whoever is not to be read ends the way: what lies before was told by them."""
    last = peer
    for _, text in zip(range(_MOST_PROXIES), way, strict=False):
        address = _read(text)
        if address is None:
            return last
        last = address
        if not _is_trusted(address, trusted):
            return last
    return last


def _listed(header: str) -> Iterator[str]:
    """Addresses, the nearest first."""
    return (part.strip() for part in reversed(header.split(","))) if header.strip() else iter(())


def _forwarded(header: str) -> Iterator[str]:
    for element in _listed(header):
        pairs = (pair.partition("=") for pair in element.split(";"))
        yield next((value.strip().strip('"') for name, _, value in pairs if name.strip().lower() == "for"), "")


def _read(text: str) -> _Address | None:
    """An address, with or without a port."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_trusted(address: _Address, trusted: Sequence[Network]) -> bool:
    return any(address in network for network in trusted)
