"""uvicorn, made to tell the application what it needs to know of a connection, and to stop in time.

Nothing here needs the application: each of several processes loads this before it can show that it lives.

Faults of uvicorn 0.54 that this module works around, each with its test in `tests/acceptance`:

- A client that reads nothing holds its connection, and shutting down waits for it: the application can cut it
  (`test_slow_clients.py`: `test_a_reader_that_stops_reading_is_cut_in_ten_seconds_and_holds_little`).
- A response that never ends by itself holds up the stop: the application is told of it
  (`test_transports.py`: `test_whoever_reads_is_told_at_once_that_the_server_stops`).
- A stop waits for ever for what cannot end, such as whoever waits for a database that hangs
  (`test_database_restarts.py`: `test_a_service_whose_database_hangs_still_stops_in_ten_seconds`).
- Told to stop while it starts, it first waits until it has started, and for ever where the database hangs
  (`tests/integration/test_http_server.py`: `test_a_server_that_cannot_start_stops_when_it_is_told_to`).
- Where the socket was made before, it does not say that it listens, and `test_rolling_restart.py` waits for that.
"""

import asyncio
import contextlib
import os
import socket
import struct
from types import FrameType
from typing import Any, Final

import structlog
import uvicorn
from uvicorn.supervisors import multiprocess

from api.collector import collect, spare_the_collector
from api.guards.http import GuardedHttp
from api.guards.websocket import GuardedWebSocket
from api.transport.connection import EXTENSION, Connection

log = structlog.get_logger(__name__)

# Where the application leaves what is to be told of a stop, in the state of its lifespan; and where each of several
# processes finds how long to go on after it was told.
HEALTH: Final = "health"
DRAIN_SECONDS: Final = "MENTORING_DRAIN_SECONDS"
_SECONDS_FOR_THE_REST: Final = 1
_SECONDS_TO_HAVE_STARTED: Final = 5
_SECONDS_UNACKNOWLEDGED: Final = 20
_BYTES_UNSENT: Final = 262_144
# Options of TCP that not every system knows.
_BOUNDS: Final = {"TCP_USER_TIMEOUT": _SECONDS_UNACKNOWLEDGED * 1_000, "TCP_NOTSENT_LOWAT": _BYTES_UNSENT}
_FINAL_TEXT: Final = 0x81
_TWO_BYTES_OF_LENGTH: Final = 126
_EIGHT_BYTES_OF_LENGTH: Final = 127


class ToldWebSocket(GuardedWebSocket):
    """Lets the application drop a connection that takes nothing any more, closing frame included, and know that the
    server stops.
    """

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        scope: Any = getattr(self, "scope", None)
        if scope is not None:
            self._told = Connection(abort=self.transport.abort, write_text=self._write_text, room=self.writable)
            scope["extensions"][EXTENSION] = self._told

    def _write_text(self, *parts: bytes) -> bool:
        """A frame of our own, where an answer goes to thousands: `websockets` takes longer for it than all the rest."""
        if not self.writable.is_set() or self.close_sent or self.disconnected or self.transport.is_closing():
            return False
        # Not put together: a large answer would be copied for each.
        self.transport.writelines((_head_of_text(sum(map(len, parts))), *parts))
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self._tell()
        super().connection_lost(exc)
        # Both lead back to us: what thousands leave behind at once would take the collector a third of a second.
        if hasattr(self, "_told"):
            self._told.forget()
        self.conn.parser.close()

    def shutdown(self) -> None:
        self._tell()
        super().shutdown()

    def _tell(self) -> None:
        if hasattr(self, "_told"):
            self._told.ending.set()


class ToldHttp(GuardedHttp):
    """The same over HTTP. A stream has to end when the server stops: it would be waited for."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        _bound(transport)
        self._told = Connection(abort=transport.abort)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        scope: Any = self.scope
        scope["extensions"] = {EXTENSION: self._told}

    def _upgrade(self) -> None:
        super()._upgrade()
        # It leads back to us, and nobody asks it any more.
        self.parser = None  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        self._told.ending.set()
        super().connection_lost(exc)
        # They lead back to us: so do requests that were never begun.
        self._told.forget()
        self.pipeline.clear()
        self.cycle = None  # type: ignore[assignment]

    def shutdown(self) -> None:
        self._told.ending.set()
        super().shutdown()


def _head_of_text(length: int) -> bytes:
    """What stands before an unmasked text of so many bytes that is one frame (RFC 6455, section 5.2)."""
    if length < _TWO_BYTES_OF_LENGTH:
        return bytes((_FINAL_TEXT, length))
    if length < 1 << 16:
        return struct.pack(">BBH", _FINAL_TEXT, _TWO_BYTES_OF_LENGTH, length)
    return struct.pack(">BBQ", _FINAL_TEXT, _EIGHT_BYTES_OF_LENGTH, length)


def _bound(transport: asyncio.Transport) -> None:
    """Where the system can, drop connections whose other side acknowledges nothing: else a stream to a telephone that
    lost its network stays for a quarter of an hour. And let the system keep no more than 256 KiB that it has not sent:
    else it takes up to 4 MiB for each client that reads nothing, before we hear of it.
    """
    connection = transport.get_extra_info("socket")
    for name, bound in _BOUNDS.items():
        option = getattr(socket, name, None)
        if connection is not None and option is not None:
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.IPPROTO_TCP, option, bound)


class BoundedServer(uvicorn.Server):
    """Says that it listens also where the socket was made before, where uvicorn says nothing; and once it has stopped,
    waits a second and no longer for what cannot end, such as whoever waits for a database that hangs. ``drain_seconds``
    is how long it goes on after it was told to stop, no longer ready.
    """

    def __init__(self, config: uvicorn.Config, *, drain_seconds: float) -> None:
        super().__init__(config)
        self.drain_seconds = drain_seconds

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        factory = self.config.get_loop_factory()
        loop = factory() if factory else asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        self._serving = loop.create_task(self.serve(sockets), name="serving")
        try:
            with contextlib.suppress(asyncio.CancelledError):
                loop.run_until_complete(self._serving)
        finally:
            tasks = asyncio.all_tasks(loop)
            for task in tasks:
                task.cancel()
            if tasks:
                loop.run_until_complete(asyncio.wait(tasks, timeout=_SECONDS_FOR_THE_REST))
            asyncio.set_event_loop(None)
            loop.close()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, but first say so to whoever asks whether we are ready. Told again, stop at once; told so early that
        nothing has started yet, stop once it has, and soon in any case.
        """
        if not self.started:
            loop = asyncio.get_running_loop()
            loop.call_soon_threadsafe(loop.call_later, _SECONDS_TO_HAVE_STARTED, self._give_up_starting)
        health = self.lifespan.state.get(HEALTH)
        if health is None or health.stopping or self.drain_seconds <= 0:
            super().handle_exit(sig, frame)
            return
        health.stopping = True
        loop = asyncio.get_running_loop()
        # We are in a signal handler, which wakes no loop by itself.
        loop.call_soon_threadsafe(loop.call_later, self.drain_seconds, super().handle_exit, sig, frame)

    def _give_up_starting(self) -> None:
        if not self.started:
            self._serving.cancel()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        spare_the_collector()
        self._collecting = asyncio.create_task(collect(self.server_state.connections), name="collector")
        if self.started and sockets:
            log.info("listening", host=self.config.host, port=self.config.port)


class BoundedProcess(multiprocess.Process):
    """One of several, which stops like the only one."""

    @property
    def server(self) -> uvicorn.Server:
        if self._server is None:
            self._server = BoundedServer(self.config, drain_seconds=float(os.environ.get(DRAIN_SECONDS, "0")))
        return self._server
