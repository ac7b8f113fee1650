"""A real SMTP server that keeps what it is given."""

import asyncio
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP

from tests.ports import free_port

Hook = Callable[[EmailMessage], Any]


class MailServer:
    """Takes mails on one port whenever it is open. ``before_yes`` runs, and may wait or answer otherwise, before the
    client is told that a mail was taken.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.mails: list[EmailMessage] = []
        self.before_yes: Hook | None = None
        self.refused: dict[str, str] = {}
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name and arguments
        self, server: object, session: object, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        if self.before_yes:
            answer = self.before_yes(mail)
            if asyncio.iscoroutine(answer):
                await answer
        return "250 taken"

    async def open(self) -> None:
        self._server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(self, hostname="mails.test"), "127.0.0.1", self.port
        )

    async def close(self) -> None:
        if self._server:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def to(self, address: str) -> list[EmailMessage]:
        """What was sent to an address, in the order of arrival."""
        return [mail for mail in self.mails if address in str(mail["To"])]

    async def until(self, count: int, *, seconds: float = 15) -> None:
        """Wait until so many mails have come."""
        async with asyncio.timeout(seconds):
            while len(self.mails) < count:
                await asyncio.sleep(0.02)


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def html_of(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")
