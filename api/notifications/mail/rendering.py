"""From a letter to a message: subject, text and HTML from templates, safe whatever people wrote."""

import contextlib
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape

from api.notifications.mail.delivery import Undeliverable
from api.notifications.mail.letters import Letter

TEMPLATES: Final = Path(__file__).parent / "templates"
_LONGEST_SUBJECT: Final = 150
# The email package loses the quotes of a name where it breaks a header, from 78 characters on.
_LONGEST_QUOTED: Final = 60
_WOULD_BE_QUOTED: Final = str.maketrans(dict.fromkeys('()<>[]:;@\\,."', " "))


class Renderer:
    """Makes messages. Templates in ``folder`` take the place of ours of the same name; ``sender`` is a mailbox
    (`Name <address>`), ``web_url`` is what links begin with.
    """

    def __init__(self, *, sender: str, web_url: str, folder: Path | None = None) -> None:
        name, address = parseaddr(sender)
        self._sender = Address(display_name=name, addr_spec=address)
        self._web_url = web_url.rstrip("/")
        folders = [folder, TEMPLATES] if folder else [TEMPLATES]
        self._environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(each) for each in folders]),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(line=line, block=block, quoted=quoted, listed=listed)

    def message(self, letter: Letter) -> EmailMessage:
        """The message, the same whenever it is made: its Message-ID is the event's. Raises ``Undeliverable`` where the
        recipient's email is no address.
        """
        subject, text = self._text(letter)
        message = EmailMessage(policy=SMTP.clone(utf8=False))
        message["Message-ID"] = self._message_id(letter)
        message["Date"] = format_datetime(letter.event.created_at)
        message["From"] = self._sender
        message["To"] = _mailbox(letter.recipient.name, letter.recipient.email)
        if letter.contact:
            # The text names it as well.
            with contextlib.suppress(Undeliverable):
                message["Reply-To"] = _mailbox(letter.contact.name, letter.contact.email)
        message["Subject"] = subject
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text, cte="quoted-printable")
        message.add_alternative(self._render(letter, "html"), subtype="html", cte="quoted-printable")
        # Parts are told apart by a boundary that would be made by chance.
        message.set_boundary(f"=_{letter.event.id}_{letter.event.seq}")
        return message

    def _text(self, letter: Letter) -> tuple[str, str]:
        """The first line of a text template is the subject."""
        subject, _, text = self._render(letter, "txt").lstrip().partition("\n")
        return _header(subject.removeprefix("Subject:"))[:_LONGEST_SUBJECT], text.lstrip("\n").rstrip() + "\n"

    def _render(self, letter: Letter, form: str) -> str:
        return self._environment.get_template(f"{letter.name}.{form}").render(
            letter=letter,
            link=f"{self._web_url}/{letter.path}",
            settings_link=f"{self._web_url}/settings/notifications",
            moment=lambda instant: moment(instant, letter.recipient.time_zone),
        )

    def _message_id(self, letter: Letter) -> str:
        made = int(letter.event.created_at.timestamp() * 1_000_000)
        return f"<event.{letter.event.id}.{made}@{self._sender.domain}>"


def _mailbox(name: str, address: str) -> Address:
    shown = _header(name)
    if len(shown) + len(address) > _LONGEST_QUOTED:
        shown = line(shown.translate(_WOULD_BE_QUOTED))
    try:
        return Address(display_name=shown, addr_spec=address)
    except (ValueError, IndexError, MessageError) as error:
        raise Undeliverable("this email is no address") from error


def _header(text: object) -> str:
    """The text as a header may hold it: the email package would decode an encoded word, line breaks and all."""
    return line(text).replace("=?", "= ?")


def line(text: object) -> str:
    """The text on one line, fit for a header: nothing that ends it, or that turns the direction of what follows."""
    return " ".join(_harmless(str(text)).split())


def block(text: object) -> str:
    """The text with its lines and indents, harmless like ``line``."""
    return "\n".join(_harmless(each).rstrip() for each in str(text).splitlines())


def quoted(text: object) -> str:
    """The text as somebody's words, which cannot be taken for ours."""
    return "\n".join(f"> {each}".rstrip() for each in block(text).split("\n"))


def listed(numbers: Sequence[object]) -> str:
    """`3`, `3 and 4`, `3, 4 and 5`."""
    *first, last = map(str, numbers)
    return f"{', '.join(first)} and {last}" if first else last


# Whatever sets a direction by force or by embedding: with it, what we write after it would read otherwise.
_TURNING: Final = frozenset(map(chr, (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))))


def _harmless(text: str) -> str:
    return "".join(
        " " if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") else character
        for character in text
        if character not in _TURNING
    )


def moment(instant: datetime, time_zone: str | None) -> str:
    """An instant as the recipient reads it, in their IANA time zone, or UTC where none is known."""
    try:
        zone = ZoneInfo(time_zone) if time_zone else UTC
    except (KeyError, ValueError, OSError):
        zone, time_zone = UTC, None
    there = instant.astimezone(zone)
    return f"{there:%A}, {there.day} {there:%B %Y, %H:%M} ({time_zone or 'UTC'})"
