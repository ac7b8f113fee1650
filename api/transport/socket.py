"""GraphQL over WebSocket, after the graphql-transport-ws protocol of npm `graphql-ws`.

Faults of Strawberry 0.341's own handler that are absent here, each with its test in `tests/acceptance`:

- One context a socket, whose loaders serve what was true once
  (`test_sockets.py`: `test_queries_and_mutations_run_over_the_socket_too`).
- Frames such as `[]`, `null` or `id: {}` end in a traceback and 1006
  (`test_socket_frames.py`: `test_a_malformed_frame_closes_with_4400_and_leaves_no_traceback`).
- No pings, so that a client that is gone stays
  (`test_slow_clients.py`: `test_a_client_that_answers_pings_stays_and_one_that_does_not_is_cut`).
- Permission is asked once for a whole stream
  (`test_transports.py`: `test_once_a_mentorship_has_ended_its_entries_are_not_even_replayed`).
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Coroutine
from enum import IntEnum
from typing import Any, Final

import orjson
import structlog
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from api.auth.tokens import Authenticator, Identity
from api.domain.errors import Fault, FaultCode
from api.domain.viewer import Viewer
from api.metrics import Metrics
from api.transport.admission import Admission
from api.transport.audience import Write
from api.transport.connection import SECONDS_TO_TAKE, connection_of
from api.transport.errors import internal_fault, told
from api.transport.frames import PROTOCOL, Complete, ConnectionInit, Frame, Ping, Pong, Subscribe, read_frame
from api.transport.identification import bind_request, bind_viewer
from api.transport.limits import Limits
from api.transport.liveness import Liveness
from api.transport.operations import Interrupted, Operations
from api.transport.origins import Origins
from api.transport.welcome import until_unwelcome

log = structlog.get_logger(__name__)

_SECONDS_TO_INITIALISE: Final = 5.0
_PING: Final = b'{"type":"ping"}'
# How many operations may be refused for their number within so long, until the socket is closed.
_MOST_REFUSED: Final = 100
_SECONDS_OF_PATIENCE: Final = 60.0


class CloseCode(IntEnum):
    """What clients act upon. They retry 4403 with a fresh token and give up on 4401."""

    TRY_AGAIN_LATER = 1013
    BAD_REQUEST = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL_NOT_ACCEPTABLE = 4406
    INITIALISATION_TIMEOUT = 4408
    SUBSCRIBER_EXISTS = 4409
    TOO_MANY_INITIALISATIONS = 4429


class _Close(Exception):  # noqa: N818 - how a session ends
    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class SocketSession:
    """One client's socket: who it is, and the operations that run on it, each with a context of its own."""

    def __init__(
        self,
        socket: WebSocket,
        *,
        operations: Operations,
        authenticator: Authenticator,
        admission: Admission,
        origins: Origins,
        limits: Limits,
        metrics: Metrics,
    ) -> None:
        self._metrics = metrics
        self._socket = socket
        self._operations = operations
        self._authenticator = authenticator
        self._admission = admission
        self._refused: list[float] = []
        self._origins = origins
        self._limits = limits
        self._write_text = connection_of(socket.scope).write_text
        self._liveness = Liveness(
            seconds=limits.ping_seconds, ask=self._ping, drop=lambda: self._cut("answers no ping")
        )
        self._identity: Identity | None = None
        self._initialised = False
        self._running: dict[str, asyncio.Task[None]] = {}
        self._alarms: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve the socket until either side closes it."""
        bind_request(self._socket.headers)
        if not self._origins.allow(self._socket):
            await self._socket.close(code=1008)
            return
        try:
            # A place of its address, and later one of its person.
            self._leave = self._admission.enter_from(self._socket.scope)
        except Fault as fault:
            await self._turn_away(fault)
            return
        try:
            await self._talk()
        finally:
            self._leave()

    async def _turn_away(self, fault: Fault) -> None:
        """Answer the handshake: clients come back by themselves."""
        body = orjson.dumps({"errors": [told(fault)]})
        headers = {"Retry-After": str(fault.details["retryAfter"]), "Content-Type": "application/json"}
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await self._socket.send_denial_response(Response(body, 429, headers))

    async def _talk(self) -> None:
        offered = PROTOCOL in self._socket.scope.get("subprotocols", ())
        await self._socket.accept(subprotocol=PROTOCOL if offered else None)
        if not offered:
            await self._close(CloseCode.SUBPROTOCOL_NOT_ACCEPTABLE, f"Ask for the subprotocol {PROTOCOL}.")
            return
        too_late = asyncio.get_running_loop().call_later(_SECONDS_TO_INITIALISE, self._end_where_not_initialised)
        try:
            while True:
                frame = read_frame(await self._socket.receive_text())
                self._liveness.heard()
                await self._handle(frame)
        except (WebSocketDisconnect, RuntimeError):
            # Starlette raises RuntimeError where an alarm closed the socket while we waited for a frame.
            pass
        except KeyError:
            await self._close(CloseCode.BAD_REQUEST, "A message must be text.")
        except ValueError as error:
            await self._close(CloseCode.BAD_REQUEST, str(error))
        except _Close as end:
            await self._close(end.code, end.reason)
        except Exception as error:  # noqa: BLE001 - whatever it is, clients come back and find us mended
            internal_fault(error)
            await self._close(CloseCode.TRY_AGAIN_LATER, "Something went wrong on our side.")
        finally:
            too_late.cancel()
            self._liveness.stop()
            await self._stop_everything()

    async def _handle(self, frame: Frame) -> None:
        match frame:
            case ConnectionInit():
                await self._initialise(frame)
            case Ping():
                await self._send(
                    {"type": "pong"} if frame.payload is None else {"type": "pong", "payload": frame.payload}
                )
            case Pong():
                pass
            case Subscribe():
                await self._start(frame)
            case Complete():
                if task := self._running.pop(frame.id, None):
                    task.cancel()

    async def _initialise(self, frame: ConnectionInit) -> None:
        if self._initialised:
            raise _Close(CloseCode.TOO_MANY_INITIALISATIONS, "Too many initialisation requests")
        self._initialised = True
        given = {name.casefold(): value for name, value in frame.payload.items()}.get("authorization")
        try:
            authorization = given if isinstance(given, str) else None
            identity = await self._admission.identify(self._authenticator, self._socket.scope, authorization)
            entered = self._admission.enter(identity.viewer)
            self._leave()
            self._leave = entered
        except Fault as fault:
            # Who could not be checked comes back as they are.
            code = {
                FaultCode.RATE_LIMITED: CloseCode.TOO_MANY_INITIALISATIONS,
                FaultCode.UNAVAILABLE: CloseCode.TRY_AGAIN_LATER,
            }.get(fault.code, CloseCode.FORBIDDEN)
            raise _Close(code, fault.message) from fault
        self._identity = identity
        bind_viewer(identity.viewer)
        await self._send({"type": "connection_ack"})
        self._liveness.start()
        self._alarms.add(asyncio.create_task(self._look_whether_welcome(identity), name="welcome"))

    async def _start(self, frame: Subscribe) -> None:
        if self._identity is None:
            raise _Close(CloseCode.UNAUTHORIZED, "Unauthorized")
        if frame.id in self._running:
            raise _Close(CloseCode.SUBSCRIBER_EXISTS, f"Subscriber for {frame.id[:80]} already exists")
        if len(self._running) >= self._limits.operations:
            raise _Close(
                CloseCode.TOO_MANY_INITIALISATIONS,
                f"At most {self._limits.operations} operations run on a socket at once",
            )
        try:
            self._admission.ask(self._identity.viewer)
        except Fault as fault:
            self._note_refusal()
            await self._send({"id": frame.id, "type": "error", "payload": [told(fault)]})
            return
        task = asyncio.create_task(self._run_operation(frame, self._identity.viewer), name=f"operation {frame.id}")
        self._running[frame.id] = task

    def _note_refusal(self) -> None:
        """Whoever goes on asking all the same is sent away."""
        now = time.monotonic()
        self._refused = [each for each in self._refused if now - each < _SECONDS_OF_PATIENCE]
        self._refused.append(now)
        if len(self._refused) > _MOST_REFUSED:
            raise _Close(CloseCode.TOO_MANY_INITIALISATIONS, "Too many operations, of which too many were refused")

    async def _run_operation(self, frame: Subscribe, viewer: Viewer) -> None:
        structlog.contextvars.bind_contextvars(operation_id=frame.id[:100])
        try:
            await self._answer(frame, viewer)
        except (WebSocketDisconnect, RuntimeError):
            log.debug("answer_to_closed_socket")
        except Interrupted as interrupted:
            await self._close(CloseCode.TRY_AGAIN_LATER, str(interrupted))
        except _Close as end:
            await self._close(end.code, end.reason)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets an id to quote
            await self._finish(frame, {"id": frame.id, "type": "error", "payload": [told(internal_fault(error))]})

    async def _answer(self, frame: Subscribe, viewer: Viewer) -> None:
        try:
            run = self._operations.run(frame.operation, viewer, write=self._writer(frame.id), room=self._room)
        except Fault as fault:
            self._note_refusal()
            await self._finish(frame, {"id": frame.id, "type": "error", "payload": [told(fault)]})
            return
        async with contextlib.aclosing(run) as answers:
            async for answer in answers:
                if answer.refused:
                    await self._finish(frame, {"id": frame.id, "type": "error", "payload": answer.payload["errors"]})
                    return
                await self._send({"id": frame.id, "type": "next", "payload": answer.payload})
        await self._finish(frame, {"id": frame.id, "type": "complete"})

    def _writer(self, name: str) -> Write | None:
        """Sends answers to an operation that were encoded before, without waiting."""
        write_text = self._write_text
        head = b'{"id":' + orjson.dumps(name) + b',"type":"next","payload":'
        return None if write_text is None else lambda payload: write_text(head, payload, b"}")

    async def _room(self) -> None:
        """Wait until there is room for more."""
        room = connection_of(self._socket.scope).room
        if room is not None:
            await self._taken(room.wait())

    async def _finish(self, frame: Subscribe, message: dict[str, Any]) -> None:
        """Say the last word on an operation. Its id is free again before the client can hear of it; where the client
        has taken the id for another one, there is nothing left to say.
        """
        if self._running.get(frame.id) is asyncio.current_task():
            del self._running[frame.id]
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await self._send(message)

    async def _send(self, message: dict[str, Any]) -> None:
        """Returns once there is room for more: what waits to be sent is bounded by the transport's own buffer."""
        await self._taken(self._socket.send_text(orjson.dumps(message).decode()))

    async def _taken(self, waiting: Awaitable[object]) -> None:
        """Raises ``WebSocketDisconnect`` where the client takes nothing in time."""
        try:
            async with asyncio.timeout(SECONDS_TO_TAKE):
                await waiting
        except TimeoutError as error:
            self._cut("takes nothing")
            raise WebSocketDisconnect(1006) from error

    def _cut(self, why: str) -> None:
        """Drop the connection: a closing frame would wait behind what is not taken. Clients see 1006, and come back."""
        log.info("socket_cut", why=why)
        self._metrics.closed.labels("cut").inc()
        connection_of(self._socket.scope).abort()

    def _ping(self) -> None:
        if self._write_text is None:
            self._do(self._send({"type": "ping"}), "ping")
        else:
            self._write_text(_PING)

    def _do(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Something that a timer finds to be done."""
        task = asyncio.create_task(_unless_closed(work), name=name)
        self._alarms.add(task)
        task.add_done_callback(self._alarms.discard)

    async def _look_whether_welcome(self, identity: Identity) -> None:
        reason = await until_unwelcome(self._authenticator, identity, check_seconds=self._limits.check_seconds)
        await self._close(CloseCode.FORBIDDEN, reason)

    async def _close(self, code: CloseCode, reason: str) -> None:
        if self._socket.application_state is not WebSocketState.DISCONNECTED:
            self._metrics.closed.labels(int(code)).inc()
            try:
                async with asyncio.timeout(SECONDS_TO_TAKE):
                    # A close frame holds at most 123 bytes of reason.
                    await self._socket.close(code=code, reason=reason.encode()[:123].decode(errors="ignore"))
            except (WebSocketDisconnect, RuntimeError):
                log.debug("closed_already")
            except TimeoutError:
                self._cut("takes nothing")

    def _end_where_not_initialised(self) -> None:
        if not self._initialised:
            self._do(self._close(CloseCode.INITIALISATION_TIMEOUT, "Connection initialisation timeout"), "too late")

    async def _stop_everything(self) -> None:
        tasks: list[asyncio.Task[None]] = [*self._running.values(), *self._alarms]
        self._running.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # A task that was cancelled leads to its frames, and these to us: nothing of it would go by itself.
        self._alarms.clear()


async def _unless_closed(work: Coroutine[Any, Any, None]) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        await work
