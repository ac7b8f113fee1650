"""A setting that cannot work is refused at the start, in one line, and not when the first mail is due."""

from pathlib import Path

import pytest
from pydantic import ValidationError

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
