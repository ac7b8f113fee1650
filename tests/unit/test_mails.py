"""Messages hold what people wrote, and nothing of it becomes a header or an address."""

import asyncio
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import aiosmtplib
import pytest

from api.domain.events import EventKind
from api.models import Event, MentorRequest, Organisation, Person
from api.notifications.mail.delivery import SmtpDelivery, Undeliverable
from api.notifications.mail.letters import Letter, LetterName
from api.notifications.mail.rendering import Renderer
from tests.mails import text_of

LONG = "x" * 70


def person(key: int, name: str, email: str) -> Person:
    return Person(id=key, organisation_id=1, subject=str(key), name=name, email=email)


def sent(mentor: Person, mentee: Person) -> EmailMessage:
    """The mail to a mentee whose request was accepted, as it is read at the other end."""
    now = datetime.now(UTC)
    letter = Letter(
        name=LetterName.REQUEST_ACCEPTED,
        event=Event(id=5, organisation_id=1, person_id=2, seq=2, kind=EventKind.REQUEST_DECIDED, created_at=now),
        recipient=mentee,
        organisation=Organisation(id=1, name="Acme"),
        mentor=mentor,
        mentee=mentee,
        request=MentorRequest(id=1, organisation_id=1, comment="Gladly.", created_at=now),
        contact=mentor,
        path="requests/x",
    )
    message = Renderer(sender="Mentoring <mentoring@example.com>", web_url="https://example.com").message(letter)
    read = message_from_bytes(bytes(message), policy=default)
    assert isinstance(read, EmailMessage)
    return read


@pytest.mark.parametrize(
    "name",
    [
        "=?utf-8?q?=0D=0ABcc:everybody=40example.org?=",
        "=?utf-8?q?=0D=0A=0D=0AAnother_text?=",
        "=?utf-8?q?somebody=40example.org?=Ä",
        f"{LONG}<somebody@example.org>",
        f":;{LONG}, <somebody@example.org>",
        f".{LONG}@",
        f'{LONG} <e@example.org>a."(;()) .{LONG}',
        'Hopper, Grace "Amazing" (Rear Admiral; Navy) ' + "🙂👩‍💻 " * 20,
    ],
)
def test_no_name_becomes_a_header_or_an_address(name: str) -> None:
    ordinary = sent(person(1, "Grace", "grace@example.com"), person(2, "Ada", "ada@example.com"))
    for mail in (
        sent(person(1, name, "grace@example.com"), person(2, "Ada", "ada@example.com")),
        sent(person(1, "Grace", "grace@example.com"), person(2, name, "ada@example.com")),
    ):
        assert mail.keys() == ordinary.keys()
        assert [each.addr_spec for each in mail["To"].addresses] == ["ada@example.com"]
        assert [each.addr_spec for each in mail["Reply-To"].addresses] == ["grace@example.com"]
        assert mail.is_multipart()


def test_an_ordinary_name_stays_as_it_is() -> None:
    mail = sent(person(1, 'Hopper, Grace "Amazing"', "grace@example.com"), person(2, "Ада 👩‍💻", "ada@example.com"))
    assert mail["Reply-To"].addresses[0].display_name == 'Hopper, Grace "Amazing"'
    assert mail["To"].addresses[0].display_name == "Ада 👩‍💻"


@pytest.mark.parametrize("email", ["a..b@example.com", "müller@example.com", "a,b@example.com", "a@b..c", "a@b>"])
def test_an_email_that_is_no_address_is_undeliverable_and_keeps_no_mail_from_the_other_side(email: str) -> None:
    with pytest.raises(Undeliverable):
        sent(person(1, "Grace", "grace@example.com"), person(2, "Ada", email))
    mail = sent(person(1, "Grace", email), person(2, "Ada", "ada@example.com"))
    assert not mail["Reply-To"]
    assert email in text_of(mail)


@pytest.mark.parametrize(("host", "handed_over"), [("0.0.0.0", False), ("127.0.0.1", True)])
async def test_a_password_goes_to_no_other_machine_unencrypted(host: str, handed_over: bool) -> None:
    """0.0.0.0 leads to this machine, and is none of its own addresses."""
    said: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            said.append(line)
            writer.write(b"250-here\r\n250 AUTH PLAIN LOGIN\r\n" if line.startswith(b"EHLO") else b"535 no\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1")
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(aiosmtplib.SMTPException):
            await SmtpDelivery(f"smtp://ada:secret@{host}:{port}").deliver(EmailMessage())
    assert any(line.startswith(b"AUTH") for line in said) is handed_over
