"""A setting that cannot work is refused at the start, in one line, and not when the first mail is due."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import ValidationError

from api.auth.keys import push_key
from api.settings import Settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mail_from", "Mentoring, Acme <mentoring@example.com>"),
        ("mail_from", "müller@example.com"),
        ("mail_from", "a@b@example.com"),
        ("smtp_url", "smtp://mail.example.com:port"),
        ("smtp_url", "smtp://mail.example.com:99999"),
        ("smtp_url", "smtp://user:pass/word@mail.example.com"),
        ("smtp_url", "smtp://user@mail.example.com"),
        ("smtp_url", "smtp:///mail"),
        ("smtp_url", "smtp://[::1"),
        ("mail_templates", "/nowhere/at/all"),
        ("push_key", "too-short"),
        ("push_key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ("push_key", "not base64url, and not ASCII: ü"),
        ("push_contact", "admin@example.com"),
        ("push_contact", "http://example.com"),
        ("fcm_url", "http://fcm.example.com"),
        ("fcm_credentials", "/nowhere/at/all"),
        ("apns_key", "/nowhere/at/all"),
        ("person_points", "29999"),
        ("query_cost", "-1"),
        ("trusted_proxies", "proxy.example.com"),
        ("trusted_proxies", "10.0.0.0/33"),
        ("apns_topic", "com.example.mentoring"),
    ],
)
def test_what_cannot_work_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValidationError):
        Settings(**{name: value})  # type: ignore[arg-type]


def test_what_can_is_taken(tmp_path: Path) -> None:
    settings = Settings(
        mail_from='"Acme, Inc." <mentoring@example.com>',
        smtp_url="smtps://user:p%40ss@[::1]:2525",
        mail_templates=tmp_path,
    )
    assert settings.mail_templates == tmp_path


def test_what_is_told_of_a_mail_server_holds_nothing_of_its_password() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(smtp_url="smtp://user:secret/word@mail.example.com")
    assert "secret" not in refused.value.errors()[0]["msg"]


def test_what_is_told_of_a_push_key_holds_nothing_of_it() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(push_key="c2VjcmV0")
    assert "c2VjcmV0" not in refused.value.errors()[0]["msg"]
    key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"
    assert key not in repr(Settings(push_key=key))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"project_id": 1}', "\N{SNOWMAN}"])
def test_a_file_that_is_no_account_or_key_is_refused_at_the_start(tmp_path: Path, text: str) -> None:
    file = tmp_path / "file"
    file.write_text(text)
    with pytest.raises(ValidationError):
        Settings(fcm_credentials=file)
    with pytest.raises(ValidationError):
        Settings(apns_key=file)


def test_apns_needs_all_of_its_settings(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    file = tmp_path / "key.p8"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    given = {"apns_key": file, "apns_key_id": "KEY1234567", "apns_team_id": "TEAM123456", "apns_topic": "com.example"}
    assert Settings(**given).apns_key == file  # type: ignore[arg-type]
    for name in given:
        with pytest.raises(ValidationError, match="needs all of"):
            Settings(**{**given, name: None})  # type: ignore[arg-type]


def test_push_services_find_whoever_the_settings_name_or_whoever_mails_come_from() -> None:
    assert Settings(mail_from="Mentoring <mentoring@example.com>").push_subject == "mailto:mentoring@example.com"
    assert Settings(push_contact="https://example.com").push_subject == "https://example.com"


def test_the_push_key_is_the_one_given_or_one_that_is_made_once(tmp_path: Path) -> None:
    given = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"
    assert push_key(Settings(data=tmp_path, push_key=given)).private_numbers().private_value == 1
    assert not (tmp_path / "push-key.json").exists()
    made, again = [push_key(Settings(data=tmp_path)).private_numbers().private_value for _ in range(2)]
    assert made == again
    assert (tmp_path / "push-key.json").stat().st_mode & 0o077 == 0
