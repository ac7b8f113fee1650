"""Which addresses can be registered, and which of them all can reach."""

import os

import pytest

from api.domain.devices import DeviceKind
from api.domain.errors import Refused
from api.notifications.push.addresses import checked_address, is_public
from tests.pushes import Browser, in_base64url

BROWSER = Browser("https://push.example.com/v1/abc")


def endpoint(address: str, *, private: bool = False) -> str:
    return checked_address(**{**BROWSER.registration(), "address": address}, private=private).text


def checked(kind: DeviceKind, address: str, p256dh: str | None = None, auth: str | None = None) -> str:
    return checked_address(kind, address, p256dh, auth, private=False).text


@pytest.mark.parametrize(
    "address",
    [
        "https://fcm.googleapis.com/fcm/send/abc:def-_",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
        "https://ntfy.example.com:8443/UP?id=1",
        "https://93.184.216.34/push",
    ],
)
def test_an_endpoint_that_all_can_reach_is_taken(address: str) -> None:
    assert endpoint(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "http://push.example.com/abc",
        "ftp://push.example.com/abc",
        "push.example.com/abc",
        "https://",
        "https:///abc",
        "https://user:password@push.example.com/abc",
        "https://push.example.com:0/abc",
        "https://push.example.com:99999/abc",
        "https://push.example.com/abc#part",
        "https://push.example.com/a b",
        "https://push.example.com/\n",
        "https://pu\u0455h.example.com/abc",
        "https://push.example.com/" + "a" * 2_000,
        "https://localhost/abc",
        "https://api.localhost/abc",
        "https://database/abc",
        "https://127.0.0.1/abc",
        "https://127.1/abc",
        "https://2130706433/abc",
        "https://0x7f000001/abc",
        "https://0x7f.1/abc",
        "https://017700000001/abc",
        "https://10.0.0.7/abc",
        "https://172.16.3.4/abc",
        "https://192.168.1.1/abc",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/abc",
        "https://0.0.0.0/abc",
        "https://224.0.0.1/abc",
        "https://[::1]/abc",
        "https://[2606:2800:220:1::]/abc",
        "https://[::1",
        "https://push.example.com\\@127.0.0.1/abc",
    ],
)
def test_an_endpoint_that_leads_inside_or_nowhere_is_refused(address: str) -> None:
    with pytest.raises(Refused) as refused:
        endpoint(address)
    assert refused.value.field == "address"


@pytest.mark.parametrize("address", ["http://127.0.0.1:8080/abc", "http://localhost/abc", "https://10.0.0.7/abc"])
def test_a_private_one_is_taken_where_the_settings_say_so(address: str) -> None:
    assert endpoint(address, private=True) == address
    with pytest.raises(Refused):
        endpoint(address)


def test_without_encryption_only_this_machine_is_taken_whatever_the_settings_say() -> None:
    with pytest.raises(Refused):
        endpoint("http://10.0.0.7/abc", private=True)


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("192.0.2.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("0.0.0.0", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::a00:1", False),
        ("2002:7f00:1::", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
        ("127.1", False),
        ("2130706433", False),
        ("push.example.com", False),
    ],
)
def test_an_address_is_public_where_all_can_reach_it(host: str, public: bool) -> None:
    assert is_public(host) is public


@pytest.mark.parametrize(
    ("field", "p256dh", "auth"),
    [
        ("p256dh", None, in_base64url(BROWSER.auth)),
        ("auth", in_base64url(BROWSER.public), None),
        ("p256dh", "not base64!", in_base64url(BROWSER.auth)),
        ("p256dh", in_base64url(b"\4" + os.urandom(64)), in_base64url(BROWSER.auth)),
        ("p256dh", in_base64url(BROWSER.public[:64]), in_base64url(BROWSER.auth)),
        ("auth", in_base64url(BROWSER.public), in_base64url(BROWSER.auth[:15])),
        ("auth", in_base64url(BROWSER.public), "ü" * 22),
    ],
    ids=["no key", "no secret", "no base64", "no point", "a short key", "a short secret", "no ASCII"],
)
def test_keys_that_nothing_can_be_encrypted_for_are_refused(field: str, p256dh: str | None, auth: str | None) -> None:
    with pytest.raises(Refused) as refused:
        checked(DeviceKind.WEB_PUSH, BROWSER.endpoint, p256dh, auth)
    assert refused.value.field == field


def test_keys_are_kept_in_one_form() -> None:
    padded = in_base64url(BROWSER.auth) + "=="
    given = checked_address(
        DeviceKind.WEB_PUSH, BROWSER.endpoint, in_base64url(BROWSER.public) + "=", padded, private=False
    )
    assert (given.p256dh, given.auth) == (in_base64url(BROWSER.public), in_base64url(BROWSER.auth))


@pytest.mark.parametrize(
    ("kind", "address", "kept"),
    [
        (DeviceKind.APNS, "AB" * 32, "ab" * 32),
        (DeviceKind.FCM, "dGVzdA:APA91b-_x", "dGVzdA:APA91b-_x"),
    ],
)
def test_a_token_is_kept_in_one_form(kind: DeviceKind, address: str, kept: str) -> None:
    assert checked(kind, address) == kept


@pytest.mark.parametrize("address", ["", "ab" * 31, "xy" * 32, "ab" * 32 + "/../x", "ab" * 101])
def test_what_is_no_token_of_apns_is_refused(address: str) -> None:
    with pytest.raises(Refused):
        checked(DeviceKind.APNS, address)


def test_only_web_push_has_keys() -> None:
    with pytest.raises(Refused, match="Only WEB_PUSH"):
        checked(DeviceKind.FCM, "token", "key", "auth")
