"""Serving the application: in this process, or in several that share the port.

uvicorn's own keep-alive closes a socket that gives no answer with 1011, which clients of graphql-transport-ws take as
final: it is off, and the sockets ask by themselves (`tests/acceptance/test_slow_clients.py`:
`test_a_client_that_answers_pings_stays_and_one_that_does_not_is_cut`).
"""

import os
import signal
import socket
import sys
from tempfile import TemporaryDirectory
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess, multiprocess

from api.app import create_app, documents_of
from api.guards.websocket import MOST_MESSAGE
from api.http_server import DRAIN_SECONDS, BoundedProcess, BoundedServer, ToldHttp, ToldWebSocket
from api.logs import configure_logs
from api.metrics import SHARED_FOLDER
from api.production import checked_settings
from api.settings import Settings

# Sockets are told at once, mutations have this long to finish; mails then have two seconds, what is left one each.
_SECONDS_TO_FINISH: Final = 3
# A process that is busy starting answers late when it is asked whether it lives.
_SECONDS_TO_SHOW_LIFE: Final = 30


def serve(settings: Settings, url: str, *, workers: int = 1) -> None:
    """Serve the database behind ``url`` until told to stop; then leave within ten seconds."""
    configure_logs(settings)
    if workers > 1:
        # What none of them could start with is told once, here.
        documents_of(settings)
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
    settings = checked_settings()
    configure_logs(settings)
    return create_app(settings)


def _run(application: Starlette | str, settings: Settings, **more: Any) -> None:
    config = uvicorn.Config(
        application,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        # Whom a proxy speaks for, the application finds out by the settings (`transport/addresses.py`).
        proxy_headers=False,
        http=ToldHttp,
        ws=ToldWebSocket,
        ws_max_size=MOST_MESSAGE,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
        timeout_worker_healthcheck=_SECONDS_TO_SHOW_LIFE,
        **more,
    )
    if config.workers > 1:
        with TemporaryDirectory(prefix="mentoring-metrics-") as folder:
            os.environ[SHARED_FOLDER] = folder
            os.environ[DRAIN_SECONDS] = str(settings.drain_seconds)
            # It makes its processes by this name.
            multiprocess.Process = BoundedProcess  # type: ignore[misc]
            Multiprocess(config, sockets=[_socket(settings) or config.bind_socket()]).run()
        return
    server = BoundedServer(config, drain_seconds=settings.drain_seconds)
    shared = _socket(settings)
    server.run(sockets=[shared] if shared else None)
    if not server.started:
        sys.exit("mentoring-api: the service did not start; the lines above say why.")


class PortTaken(Exception):  # noqa: N818 - an answer to whoever started the service
    """Somebody else listens where the service is to."""


def see_that_port_is_free(settings: Settings) -> None:
    """Raises ``PortTaken``, before anything is begun that nobody could reach."""
    if settings.reuse_port:
        return
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        raise PortTaken(
            f"port {settings.port} of {settings.host} cannot be listened on ({error.strerror}); "
            "choose another: `PORT=8001 make run`."
        ) from error


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
