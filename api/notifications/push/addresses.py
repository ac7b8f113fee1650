"""What can be registered, and where a push may go.

Whoever registers a device chooses what this service connects to. An address is looked at when it is registered, so that
mistakes are told, and again where a connection is made: what a name stands for is known only then.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from api.domain.devices import DeviceKind
from api.domain.errors import RefusalCode, Refused

LONGEST_ADDRESS: Final = 2_000
_PRINTABLE: Final = re.compile(r"[!-~]+")
_NUMBER: Final = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")
_APNS_TOKEN: Final = re.compile(r"([0-9a-f]{2}){32,100}")
_AUTH_BYTES: Final = 16
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1"})
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a device can be reached, in the one form that it is kept in."""

    kind: DeviceKind
    text: str
    p256dh: str | None = None
    auth: str | None = None


def checked_address(kind: DeviceKind, address: str, p256dh: str | None, auth: str | None, *, private: bool) -> Address:
    """The address that was given. ``private`` allows those that only this network knows.

    Raises ``Refused`` (INVALID) where no push could ever go there.
    """
    if len(address) > LONGEST_ADDRESS or not _PRINTABLE.fullmatch(address):
        raise _invalid("address", f"Give the address as it came, at most {LONGEST_ADDRESS} characters without a space.")
    if kind is DeviceKind.WEB_PUSH:
        if not _is_endpoint(address, private=private):
            raise _invalid("address", "Give the endpoint of a push subscription: an `https://…` that all can reach.")
        return Address(kind=kind, text=address, p256dh=_public_key(p256dh), auth=_secret(auth))
    if p256dh is not None or auth is not None:
        raise _invalid("p256dh", "Only WEB_PUSH has keys; leave `p256dh` and `auth` out.")
    if kind is DeviceKind.APNS:
        address = address.lower()
        if not _APNS_TOKEN.fullmatch(address):
            raise _invalid("address", "Give the device token in hexadecimal.")
    return Address(kind=kind, text=address)


def _is_endpoint(text: str, *, private: bool) -> bool:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    # VAPID, as py_vapid signs it, knows no host in brackets.
    if not host or "@" in parts.netloc or "[" in parts.netloc or port == 0 or parts.fragment:
        return False
    if private:
        return parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    *names, last = host.rstrip(".").split(".")
    # A last label that is a number makes an address of it, in whichever of the old notations.
    is_name = bool(names) and last != "localhost" and not _NUMBER.fullmatch(last)
    return parts.scheme == "https" and (is_name or is_public(host))


def is_public(host: str) -> bool:
    """Whether this IP address is one that all can reach. What is no address at all is not."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return all(
        each.is_global and not each.is_multicast and not getattr(each, "is_site_local", False)
        for each in (address, *_within(address))
    )


def _within(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The addresses that this one leads on to."""
    if isinstance(address, IPv4Address):
        return []
    translated = IPv4Address(int(address) & 0xFFFF_FFFF) if address in _TRANSLATED else None
    teredo = address.teredo[1] if address.teredo else None
    return [each for each in (address.ipv4_mapped, address.sixtofour, teredo, translated) if each]


def _public_key(text: str | None) -> str:
    raw = _bytes_of("p256dh", text)
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    except ValueError as error:
        raise _invalid("p256dh", "Give `keys.p256dh` of the push subscription, as it came.") from error
    return unpadded(raw)


def _secret(text: str | None) -> str:
    raw = _bytes_of("auth", text)
    if len(raw) != _AUTH_BYTES:
        raise _invalid("auth", "Give `keys.auth` of the push subscription, as it came.")
    return unpadded(raw)


def _bytes_of(field: str, text: str | None) -> bytes:
    if text is None:
        raise _invalid(field, f"WEB_PUSH needs `{field}`: give `keys.{field}` of the push subscription.")
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _invalid(field, f"Give `keys.{field}` of the push subscription, as it came.") from error


def unpadded(raw: bytes) -> str:
    """As Web Push writes keys."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _invalid(field: str, message: str) -> Refused:
    return Refused(RefusalCode.INVALID, message, field=field)
