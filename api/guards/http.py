"""uvicorn's HTTP, made to bound what a connection may send before it has said what it wants, and for how long.

Faults of uvicorn 0.54 with httptools that this module works around, each with its test in
`tests/integration/test_http_guard.py`, but for the last two, which have theirs in `tests/integration/test_door.py`:

- It bounds neither the head of a request nor the time that one may take: whoever sends a byte a minute keeps a
  connection, and a header of any length is read.
- It takes any number of requests that come before the answer to the first one; and where the connection is lost then,
  it tells whoever works on the last one alone, not whoever works on the first.
- It reads a body to its end, however long, though the answer was sent.
- It opens a socket before it has answered what was asked before on the same connection.
- It opens each socket that is asked for at once, so that everybody else waits until all are open where many come at
  the same time.
"""

import asyncio
from enum import Enum
from http import HTTPStatus
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from api.guards.answers import last_answer
from api.guards.door import door_of

# What RFC 9110 (4.1) asks for at least.
MOST_URL: Final = 8_000
MOST_HEAD: Final = 32_768
MOST_HEADERS: Final = 100
# Requests that came before the answer to the first one was sent. Hardly any client sends one.
MOST_AHEAD: Final = 16


class _Stage(Enum):
    NOTHING = "nothing of a request, or one that is complete"
    HEAD = "a part of a request's head"
    BODY = "a whole head, and no whole body"


# Python 3.11 takes its time to find a member by its name.
_NOTHING, _HEAD, _BODY = _Stage


class _NotRead(Exception):  # noqa: N818 - how reading ends
    pass


class GuardedHttp(HttpToolsProtocol):
    """Refuses a URL that is too long (414), a head of too much (431), and whoever comes to no end in time (408). Where
    nothing at all comes, the connection is closed.

    ``seconds_for_head`` count from the first byte, on a new connection from its beginning; ``seconds_for_body`` from
    the end of the head. Of what nobody wants any more, ``most_unwanted`` bytes are still taken, after a refusal for
    ``seconds_to_leave``, so that the client can read why.
    """

    seconds_for_head = 10.0
    seconds_for_body = 20.0
    seconds_to_leave = 2.0
    most_unwanted = 1_048_576

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._stage = _NOTHING
        self._refusal: tuple[HTTPStatus, str] | None = None
        self._head_bytes = self._unwanted = 0
        self._timer: asyncio.TimerHandle | None = None
        self._leaving = False
        self._answered: RequestResponseCycle | None = None
        self._end_in(self.seconds_for_head)

    def data_received(self, data: bytes) -> None:
        if self._leaving:
            self._pass_over(data)
            return
        if self._stage is not _BODY:
            self._head_bytes += len(data)
        elif self._is_answered():
            self._pass_over(data)
        super().data_received(data)
        self._look_at_what_is_there()

    def _pass_over(self, data: bytes) -> None:
        self._unwanted += len(data)
        if self._unwanted > self.most_unwanted:
            self.transport.close()

    def _look_at_what_is_there(self) -> None:
        if self._leaving:
            return
        if self._stage is not _BODY and self._head_bytes > MOST_HEAD:
            self._refuse(*self._too_long())
        elif self._timer is None and self._waits():
            self._end_in(self.seconds_for_body if self._stage is _BODY else self.seconds_for_head)

    def on_message_begin(self) -> None:
        self._stage = _HEAD
        self._unwanted = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        if len(self.pipeline) > MOST_AHEAD:
            raise _NotRead
        if len(self.url) > MOST_URL or len(self.headers) > MOST_HEADERS or self._head_bytes > MOST_HEAD:
            self._measure()
        self._stage = _BODY
        self._head_bytes = 0
        self._end_never()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._stage = _NOTHING
        self._end_never()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        # From here on it is another's.
        self._leaving = True
        if self._under_way() is not None:
            # The answer to what was asked before would come in between.
            self.transport.abort()
            return
        # Clients wait for an answer before they send more; what some send meanwhile waits with them.
        self.transport.pause_reading()
        door_of(self.server_state).enter(self._upgrade)

    def _upgrade(self) -> None:
        if self.transport.is_closing():
            return
        self.transport.resume_reading()
        try:
            super().handle_websocket_upgrade()
        except BaseException:
            # The loop ends a connection in whose own callback something fails, and this is none.
            self.transport.abort()
            raise

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answered = cycle
        super()._start_asgi_task(cycle, app)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_never()
        self._disconnect()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        self._refuse(*(self._refusal or (HTTPStatus.BAD_REQUEST, msg)))

    def _waits(self) -> bool:
        """Whether it is the client's turn."""
        return self._stage is not _NOTHING or self.cycle is None or self._is_answered()

    def _is_answered(self) -> bool:
        return self.cycle is not None and self.cycle.response_complete

    def _measure(self) -> None:
        """Raise where the head is really too long: what came with it may be a part of the body."""
        size = sum(len(name) + len(value) + 4 for name, value in self.headers)
        if len(self.url) > MOST_URL or len(self.headers) > MOST_HEADERS or size > MOST_HEAD:
            self._refusal = self._too_long()
            raise _NotRead

    def _too_long(self) -> tuple[HTTPStatus, str]:
        if len(getattr(self, "url", b"")) > MOST_URL:
            return HTTPStatus.REQUEST_URI_TOO_LONG, f"A URL has at most {MOST_URL} bytes. Send what is longer by POST."
        message = f"A request has at most {MOST_HEADERS} headers, of {MOST_HEAD} bytes together."
        return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, message

    def _end_in(self, seconds: float) -> None:
        self._timer = self.loop.call_later(seconds, self._end)

    def _end_never(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end(self) -> None:
        self._timer = None
        if self.transport.is_closing():
            return
        if self._leaving or self._stage is _NOTHING:
            self.transport.close()
        elif self._stage is _BODY and self.flow.read_paused and not self._is_answered():
            # It is we who do not read.
            self._end_in(self.seconds_for_body)
        else:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "The request did not come to its end in time.")

    def _refuse(self, status: HTTPStatus, message: str) -> None:
        """Say it where nothing else is being said, and leave. What still comes is not looked at, but taken for a
        moment: a client whose bytes nobody takes might never see the answer.
        """
        self._end_never()
        self._leaving = True
        if self._is_answering():
            self.transport.abort()
            return
        self._disconnect()
        self.flow.resume_reading()
        self.transport.write(last_answer(status, message))
        self._end_in(self.seconds_to_leave)

    def _under_way(self) -> RequestResponseCycle | None:
        """The request that somebody works on."""
        return None if self._answered is None or self._answered.response_complete else self._answered

    def _is_answering(self) -> bool:
        """Whether an answer has begun, or that to an earlier request is still to come."""
        request = self._under_way()
        if request is None:
            return False
        return request.response_started or request is not self.cycle or self._stage is not _BODY

    def _disconnect(self) -> None:
        """Tell whoever works on an answer. uvicorn tells it of the request that came last, which may be a later one."""
        request = self._under_way()
        if request is not None:
            request.disconnected = True
            request.message_event.set()
