"""uvicorn's WebSocket, made to bound what a client makes it keep, and to say why where it ends.

Faults of uvicorn 0.54 that this module works around, each with its test in `tests/integration/test_socket_guard.py`:

- It goes on waiting, and for ever, where the library beneath cannot read the handshake: it is no GET, has a body, or a
  line that is too long.
- It closes the connection at once where a message is too long, so that a client that still sends never reads why.
- It answers each ping though nothing of the answers is taken, and keeps what it could not send.
- It tells the log of text that is none with a traceback.
- It keeps any number of fragments that are empty, or hold next to nothing, until the message is complete.
"""

import logging
from http import HTTPStatus
from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode

from api.guards.answers import last_answer

MOST_MESSAGE: Final = 65_536
# Clients send a message of ours in one; proxies may cut it.
MOST_FRAGMENTS: Final = 128
# Less of it is written than of the rest: see `api/logs.py`.
_LOG: Final = logging.getLogger("uvicorn.error.sockets")
_NO_HANDSHAKE: Final = last_answer(
    HTTPStatus.BAD_REQUEST, "A socket is opened by GET over HTTP/1.1, without a body, by lines of 8,000 bytes at most."
)


class GuardedWebSocket(WebSocketsSansIOProtocol):
    """Ends with 1009 where a message is longer than 64 KiB, or comes in more than 128 fragments. For
    ``seconds_to_leave``, and ``most_unwanted`` bytes, what still comes is then taken and not looked at.
    """

    seconds_to_leave = 2.0
    most_unwanted = 1_048_576
    _unwanted = 0
    _failed = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.logger = self.conn.logger = _LOG

    def data_received(self, data: bytes) -> None:
        if not self._failed:
            super().data_received(data)
            # The whole of it came at once.
            if not self.handshake_initiated:
                self.transport.write(_NO_HANDSHAKE)
                self.transport.close()
            return
        self._unwanted += len(data)
        if self._unwanted > self.most_unwanted:
            self.transport.close()

    def handle_cont(self, event: Any) -> None:
        if len(self.frames) < MOST_FRAGMENTS:
            super().handle_cont(event)
        elif not self._failed:
            self.conn.fail(CloseCode.MESSAGE_TOO_BIG, f"more than {MOST_FRAGMENTS} fragments")
            self.handle_parser_exception()

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not _is_utf_8(b"".join(self.frames)):
            self.frames = []
            self.conn.fail(CloseCode.INVALID_DATA, "a message must be UTF-8")
            self.handle_parser_exception()
            return
        super().send_receive_event_to_app()

    def handle_ping(self) -> None:
        if self.writable.is_set():
            super().handle_ping()
        else:
            # A client need only be told of the last of its pings (RFC 6455, 5.5.3), and this one takes nothing.
            self.conn.data_to_send()

    def handle_parser_exception(self) -> None:
        self._failed = True
        ending = self.conn.close_sent
        if ending is None:
            # It never was a socket.
            self.transport.close()
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": ending.code, "reason": ending.reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.read_paused = False
        self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self.seconds_to_leave, self.transport.close)


def _is_utf_8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
