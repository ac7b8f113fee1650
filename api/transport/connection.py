"""What the server tells the application about the connection beneath, as an ASGI extension."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

EXTENSION: Final = "mentoring.connection"
# How long a client may take nothing of what it is sent.
SECONDS_TO_TAKE: Final = 8.0


def _nothing() -> None:
    pass


@dataclass(slots=True, kw_only=True)
class Connection:
    """``abort`` drops it at once, whatever waits to be sent; ``ending`` is set once the server is to
    stop, or the connection is lost: what is cut off from then on is no fault. ``write_text`` sends the parts of a text
    over a socket without waiting, or returns False where that cannot be done just now; None where it never can.
    ``room`` is set while less waits to be sent than there is room for.
    """

    abort: Callable[[], None] = _nothing
    write_text: Callable[..., bool] | None = None
    room: asyncio.Event | None = None
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    def forget(self) -> None:
        """The connection is lost: there is nothing left to drop or to send over."""
        self.abort = _nothing
        self.write_text = None


def connection_of(scope: Any) -> Connection:
    """The connection of an ASGI scope; under a server that tells nothing, one that is never dropped from here."""
    found = scope.get("extensions", {}).get(EXTENSION)
    return found if isinstance(found, Connection) else Connection()
