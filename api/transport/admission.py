"""How much one may ask, and keep open.

A person is counted by themselves, wherever they are, and an address only by those who are not known: an office shares
one, and nobody in it is kept from working by what others there do. Whoever comes with a token that is worth something
is let in by it.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from api.auth.tokens import Authenticator, Identity
from api.domain.errors import Fault, FaultCode
from api.domain.viewer import Viewer
from api.rates.places import Full, Places
from api.rates.rate import Rate
from api.transport.addresses import Network, client_address, subscriber

Leave = Callable[[], None]
# How long somebody is told to wait who holds too much: it ends when they let go of something.
_SECONDS_UNTIL_LET_GO: Final = 10


class Admission:
    """What the settings allow. Each part is without a limit where none is given.

    ``operations`` and ``points`` are what a person may ask a minute, ``strangers`` how often an address may come
    without a token that is good. ``of_person`` and ``of_address`` are the connections that may be open at a time.
    """

    def __init__(
        self,
        *,
        operations: Rate | None = None,
        points: Rate | None = None,
        strangers: Rate | None = None,
        of_person: Places | None = None,
        of_address: Places | None = None,
        trusted: Sequence[Network] = (),
    ) -> None:
        self._operations = operations or Rate("operations")
        self._points = points or Rate("points")
        self._strangers = strangers or Rate("strangers")
        self._of_person = of_person or Places()
        self._of_address = of_address or Places()
        self._trusted = trusted

    @property
    def rates(self) -> Sequence[Rate]:
        return self._operations, self._points, self._strangers

    async def identify(
        self, authenticator: Authenticator, scope: Mapping[str, Any], authorization: str | None
    ) -> Identity:
        """Who asks. Raises ``Fault``: UNAUTHENTICATED, or RATE_LIMITED where too many from there were nobody."""
        try:
            return await authenticator.identify(authorization)
        except Fault as fault:
            if fault.code is FaultCode.UNAUTHENTICATED:
                self.note_stranger(scope)
            raise

    def note_stranger(self, scope: Mapping[str, Any]) -> None:
        """Somebody came with nothing that is good. Raises ``Fault`` (RATE_LIMITED) where too many did from there."""
        if self._strangers.most:
            address = subscriber(client_address(scope, self._trusted))
            _wait(self._strangers, address, 1, "requests without a token that is good, from one address")

    def ask(self, viewer: Viewer) -> None:
        """One operation more. Raises ``Fault`` (RATE_LIMITED)."""
        _wait(self._operations, str(viewer.person_id), 1, "operations")

    def charge(self, viewer: Viewer, *, points: int) -> None:
        """What the operation costs. Raises ``Fault`` (RATE_LIMITED)."""
        _wait(self._points, str(viewer.person_id), points, "points")

    def enter_from(self, scope: Mapping[str, Any]) -> Leave:
        """One connection more that stays open, by its address. Returns what to call at its end. Raises ``Fault``
        (RATE_LIMITED).
        """
        if not self._of_address.most:
            return _nothing
        return _entered(self._of_address, subscriber(client_address(scope, self._trusted)), "address")

    def enter(self, viewer: Viewer) -> Leave:
        """The same, by whose it is."""
        return _entered(self._of_person, str(viewer.person_id), "person")


def _nothing() -> None:
    pass


def _entered(places: Places, key: str, whose: str) -> Leave:
    try:
        places.take(key)
    except Full:
        raise Fault(
            FaultCode.RATE_LIMITED,
            f"At most {places.most} sockets and streams of one {whose} are open at a time; close one first.",
            limit="connections",
            allowed=places.most,
            retryAfter=_SECONDS_UNTIL_LET_GO,
        ) from None
    return partial(places.give_back, key)


def _wait(rate: Rate, key: str, amount: int, what: str) -> None:
    if seconds := rate.spend(key, amount):
        raise Fault(
            FaultCode.RATE_LIMITED,
            f"At most {rate.most} {what} a minute are answered; ask again in {seconds} s.",
            limit=rate.name,
            allowed=rate.most,
            retryAfter=seconds,
        )
