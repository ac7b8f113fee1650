"""Serving the application with uvicorn: in this process, or in several that share the port.

Faults of uvicorn 0.54 that this module works around:

- Its keep-alive closes a socket that gives no answer with 1011, which clients of graphql-transport-ws take as final:
  it is off, and the sockets ask by themselves (`tests/acceptance/test_slow_clients.py`).
- A client that reads nothing holds its connection, and shutting down waits for it: the application can cut it.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from typing import Any, Final

import structlog
import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.supervisors import Multiprocess

from api.app import create_app
from api.logs import configure_logs
from api.settings import Settings
from api.transport.connection import EXTENSION, Connection

log = structlog.get_logger(__name__)

# Sockets are told at once, mutations have this long to finish; mails then have two seconds, what is left one each.
_SECONDS_TO_FINISH: Final = 3
_SECONDS_FOR_THE_REST: Final = 1
_SECONDS_UNACKNOWLEDGED: Final = 20


class ToldWebSocket(WebSocketsSansIOProtocol):
    """Lets the application drop a connection that takes nothing any more, closing frame included."""

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        scope: Any = getattr(self, "scope", None)
        if scope is not None:
            scope["extensions"][EXTENSION] = Connection(abort=self.transport.abort)


class ToldHttp(HttpToolsProtocol):
    """The same for streams over HTTP, which also are to know when the server stops: it would wait for their end."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        _forget_the_dead(transport)
        self._told = Connection(abort=transport.abort)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        scope: Any = self.scope
        scope["extensions"] = {EXTENSION: self._told}

    def shutdown(self) -> None:
        self._told.stopping.set()
        super().shutdown()


def _forget_the_dead(transport: asyncio.Transport) -> None:
    """Drop connections whose other side acknowledges nothing, where the system can: else a stream to a telephone that
    lost its network stays for a quarter of an hour.
    """
    connection = transport.get_extra_info("socket")
    if connection is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _SECONDS_UNACKNOWLEDGED * 1_000)


class BoundedServer(uvicorn.Server):
    """Says that it listens also where the socket was made before, where uvicorn says nothing; and once it has stopped,
    waits a second and no longer for what cannot end, such as whoever waits for a database that hangs.
    """

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        factory = self.config.get_loop_factory()
        loop = factory() if factory else asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(self.serve(sockets))
        finally:
            tasks = asyncio.all_tasks(loop)
            for task in tasks:
                task.cancel()
            if tasks:
                loop.run_until_complete(asyncio.wait(tasks, timeout=_SECONDS_FOR_THE_REST))
            asyncio.set_event_loop(None)
            loop.close()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            log.info("listening", host=self.config.host, port=self.config.port)


def serve(settings: Settings, url: str, *, workers: int = 1) -> None:
    """Serve the database behind ``url`` until told to stop; then leave within ten seconds."""
    configure_logs(settings)
    if workers > 1:
        # What the processes are to know, they read where this one did.
        os.environ["DATABASE_URL"] = url
        if settings.broadcast_url.startswith("memory:"):
            os.environ["BROADCAST_URL"] = url
        _run("api.serving:application", settings, factory=True, workers=workers)
        return
    # uvicorn stops in good order, then raises the signal again: without this the embedded database would stay behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    _run(create_app(settings.model_copy(update={"database_url": url})), settings)


def application() -> Starlette:
    """The application in one process of several."""
    settings = Settings()
    configure_logs(settings)
    return create_app(settings)


def _run(application: Starlette | str, settings: Settings, **more: Any) -> None:
    config = uvicorn.Config(
        application,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        http=ToldHttp,
        ws=ToldWebSocket,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
        **more,
    )
    server = BoundedServer(config)
    if config.workers > 1:
        Multiprocess(config, sockets=[_socket(settings) or config.bind_socket()]).run()
        return
    shared = _socket(settings)
    server.run(sockets=[shared] if shared else None)
    if not server.started:
        sys.exit("mentoring-api: the service did not start; the lines above say why.")


def _socket(settings: Settings) -> socket.socket | None:
    """A port that the next release can listen on before this one stops: nobody is ever refused. None where the
    settings do not ask for it.
    """
    if not settings.reuse_port:
        return None
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    shared = socket.create_server((settings.host, settings.port), family=family, reuse_port=True, backlog=2_048)
    shared.set_inheritable(True)
    return shared
