"""Handing messages over: to an SMTP server, or into a folder where there is none."""

import asyncio
import contextlib
import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from api.domain.hosts import is_loopback

_SECONDS: Final = 30
_SECONDS_TO_PART: Final = 2
_PERMANENT: Final = 500


class Undeliverable(Exception):  # noqa: N818 - an answer, and the last one
    """The message was refused for good; sending it again would be no use."""


class Delivery(Protocol):
    """Where messages go."""

    async def deliver(self, message: EmailMessage) -> None:
        """Returns once the message is taken over. Raises ``Undeliverable``, or anything else to be tried again."""


class SmtpDelivery:
    """An SMTP server: `smtp://[user:password@]host[:port]`, encrypted where the server offers it, or `smtps://…`. A
    password goes to no other machine unencrypted: a server that offers no encryption is tried again.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._encrypted = parts.scheme == "smtps"
        self._host = parts.hostname or "localhost"
        self._port = parts.port or (465 if self._encrypted else 587 if parts.username else 25)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        # Whoever is on the way can keep the offer from coming through; then nothing is sent.
        insists = self._password is not None and not self._encrypted and not is_loopback(self._host)
        self._start_tls = True if insists else None

    async def deliver(self, message: EmailMessage) -> None:
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            use_tls=self._encrypted,
            start_tls=self._start_tls,
            tls_context=ssl.create_default_context(),
            timeout=_SECONDS,
        )
        try:
            await client.connect()
            await client.send_message(message)
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=_SECONDS_TO_PART)
        except aiosmtplib.SMTPRecipientsRefused as refused:
            if all(each.code >= _PERMANENT for each in refused.recipients):
                raise Undeliverable(str(refused)) from refused
            raise
        except (aiosmtplib.SMTPDataError, aiosmtplib.SMTPNotSupported) as refused:
            if getattr(refused, "code", _PERMANENT) >= _PERMANENT:
                raise Undeliverable(str(refused)) from refused
            raise
        finally:
            # A server that says nothing must not hold up whoever stops.
            client.close()


class FolderDelivery:
    """A folder, a file a message, named by its Message-ID: a message that is delivered twice is there once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def deliver(self, message: EmailMessage) -> None:
        await asyncio.to_thread(self._write, message)

    def _write(self, message: EmailMessage) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        name = message["Message-ID"].strip("<>").partition("@")[0]
        unfinished = self._folder / f".{name}"
        unfinished.write_bytes(bytes(message))
        unfinished.replace(self._folder / f"{name}.eml")


def delivery_to(url: str | None, folder: Path) -> Delivery:
    """To the server that the URL names, or into the folder where it names none."""
    return SmtpDelivery(url) if url else FolderDelivery(folder)
