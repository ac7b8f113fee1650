"""GraphQL over WebSocket, after the graphql-transport-ws protocol of npm `graphql-ws`."""

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any, Final

import orjson
import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.types.execution import ExecutionResult, PreExecutionError

from api.auth.tokens import Authenticator, Identity
from api.domain.errors import Fault
from api.notifications.outages import is_outage
from api.resolvers.context import Context, Services
from api.schema.build import Schema
from api.transport.errors import internal_error, present
from api.transport.frames import Complete, ConnectionInit, Frame, Ping, Pong, Subscribe, read_frame
from api.transport.origins import Origins

log = structlog.get_logger(__name__)

PROTOCOL: Final = "graphql-transport-ws"
# Under this name a server offers to drop a connection at once, as an ASGI extension: `{"abort": callable}`.
ABORT: Final = "mentoring.abort"
_SECONDS_TO_INITIALISE: Final = 5.0
# How long a client may take nothing of what it is sent, and how long it may leave a ping without an answer.
_SECONDS_TO_TAKE: Final = 8.0
_SECONDS_TO_ANSWER: Final = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketLimits:
    """``ping_seconds`` is how often a client is asked whether it is still there, ``operations`` how many may run on a
    socket at once, ``check_seconds`` how often it is looked up whether the person may still be here.
    """

    ping_seconds: float = 12.0
    operations: int = 100
    check_seconds: float = 30.0


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
        schema: Schema,
        authenticator: Authenticator,
        services: Services,
        origins: Origins,
        limits: SocketLimits,
    ) -> None:
        self._socket = socket
        self._schema = schema
        self._authenticator = authenticator
        self._services = services
        self._origins = origins
        self._limits = limits
        self._heard = asyncio.Event()
        self._identity: Identity | None = None
        self._initialised = False
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._alarms: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve the socket until either side closes it."""
        if not self._origins.allow(self._socket):
            await self._socket.close(code=1008)
            return
        offered = PROTOCOL in self._socket.scope.get("subprotocols", ())
        await self._socket.accept(subprotocol=PROTOCOL if offered else None)
        if not offered:
            await self._close(CloseCode.SUBPROTOCOL_NOT_ACCEPTABLE, f"Ask for the subprotocol {PROTOCOL}.")
            return
        self._set_alarm(
            _SECONDS_TO_INITIALISE,
            CloseCode.INITIALISATION_TIMEOUT,
            "Connection initialisation timeout",
            unless_known=True,
        )
        try:
            while True:
                frame = read_frame(await self._socket.receive_text())
                self._heard.set()
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
            internal_error(error)
            await self._close(CloseCode.TRY_AGAIN_LATER, "Something went wrong on our side.")
        finally:
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
                self._start(frame)
            case Complete():
                if task := self._operations.pop(frame.id, None):
                    task.cancel()

    async def _initialise(self, frame: ConnectionInit) -> None:
        if self._initialised:
            raise _Close(CloseCode.TOO_MANY_INITIALISATIONS, "Too many initialisation requests")
        self._initialised = True
        given = {name.casefold(): value for name, value in frame.payload.items()}.get("authorization")
        try:
            identity = await self._authenticator.identify(given if isinstance(given, str) else None)
        except Fault as fault:
            raise _Close(CloseCode.FORBIDDEN, fault.message) from fault
        self._set_alarm(
            (identity.expires_at - datetime.now(UTC)).total_seconds(), CloseCode.FORBIDDEN, "The token has expired."
        )
        self._identity = identity
        await self._send({"type": "connection_ack"})
        self._alarms.add(asyncio.create_task(self._ask_whether_alive(), name="pings"))
        self._alarms.add(asyncio.create_task(self._look_whether_welcome(identity), name="welcome"))

    def _start(self, frame: Subscribe) -> None:
        if self._identity is None:
            raise _Close(CloseCode.UNAUTHORIZED, "Unauthorized")
        if frame.id in self._operations:
            raise _Close(CloseCode.SUBSCRIBER_EXISTS, f"Subscriber for {frame.id[:80]} already exists")
        if len(self._operations) >= self._limits.operations:
            raise _Close(
                CloseCode.TOO_MANY_INITIALISATIONS,
                f"At most {self._limits.operations} operations run on a socket at once",
            )
        context = Context(viewer=self._identity.viewer, services=self._services)
        task = asyncio.create_task(self._run_operation(frame, context), name=f"operation {frame.id}")
        self._operations[frame.id] = task

    async def _run_operation(self, frame: Subscribe, context: Context) -> None:
        try:
            await self._answer(frame, context)
        except (WebSocketDisconnect, RuntimeError):
            log.debug("answer_to_closed_socket", operation=frame.id)
        except _Close as end:
            await self._close(end.code, end.reason)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets an id to quote
            await self._finish(frame, {"id": frame.id, "type": "error", "payload": [internal_error(error)]})

    async def _answer(self, frame: Subscribe, context: Context) -> None:
        stream = await self._schema.stream(
            frame.query,
            variable_values=frame.variables,
            context_value=context,
            operation_name=frame.operation_name,
            operation_extensions=frame.extensions,
        )
        async with contextlib.aclosing(stream):
            async for result in stream:
                if context.live and isinstance(result, PreExecutionError | ExecutionResult) and _met_outage(result):
                    # An error would end the subscription for good; so the client comes back, to where it was.
                    raise _Close(CloseCode.TRY_AGAIN_LATER, "The database is away. Come back in a moment.")
                if isinstance(result, PreExecutionError):
                    errors = present(result.errors or [])
                    await self._finish(frame, {"id": frame.id, "type": "error", "payload": errors})
                    return
                if isinstance(result, ExecutionResult):
                    await self._send({"id": frame.id, "type": "next", "payload": _payload(result)})
        await self._finish(frame, {"id": frame.id, "type": "complete"})

    async def _finish(self, frame: Subscribe, message: dict[str, Any]) -> None:
        """Say the last word on an operation. Its id is free again before the client can hear of it."""
        if self._operations.pop(frame.id, None):
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await self._send(message)

    async def _send(self, message: dict[str, Any]) -> None:
        """Returns once there is room for more: what waits to be sent is bounded by the transport's own buffer."""
        try:
            async with asyncio.timeout(_SECONDS_TO_TAKE):
                await self._socket.send_text(orjson.dumps(message).decode())
        except TimeoutError as error:
            self._cut("takes nothing")
            raise WebSocketDisconnect(1006) from error

    def _cut(self, why: str) -> None:
        """Drop the connection: a closing frame would wait behind what is not taken. Clients see 1006, and come back."""
        log.info("socket_cut", why=why)
        extension = self._socket.scope.get("extensions", {}).get(ABORT)
        if extension:
            extension["abort"]()

    async def _ask_whether_alive(self) -> None:
        """Anything that a client sends shows that it is there."""
        while True:
            await asyncio.sleep(self._limits.ping_seconds)
            self._heard.clear()
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await self._send({"type": "ping"})
            try:
                await asyncio.wait_for(self._heard.wait(), _SECONDS_TO_ANSWER)
            except TimeoutError:
                self._cut("answers no ping")

    async def _look_whether_welcome(self, identity: Identity) -> None:
        welcome = True
        while welcome:
            await asyncio.sleep(self._limits.check_seconds)
            try:
                welcome = await self._authenticator.still_welcome(identity)
            except Exception as error:  # noqa: BLE001 - the database is away: ask again
                log.warning("welcome_not_checked", error=repr(error))
        await self._close(CloseCode.FORBIDDEN, "This token is not valid any more; sign in again.")

    async def _close(self, code: CloseCode, reason: str) -> None:
        if self._socket.application_state is not WebSocketState.DISCONNECTED:
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                # A close frame holds at most 123 bytes of reason.
                await self._socket.close(code=code, reason=reason.encode()[:123].decode(errors="ignore"))

    def _set_alarm(self, seconds: float, code: CloseCode, reason: str, *, unless_known: bool = False) -> None:
        async def ring() -> None:
            await asyncio.sleep(seconds)
            if not (unless_known and self._initialised):
                await self._close(code, reason)

        self._alarms.add(asyncio.create_task(ring(), name=f"close {code.value}"))

    async def _stop_everything(self) -> None:
        tasks: list[asyncio.Task[None]] = [*self._operations.values(), *self._alarms]
        self._operations.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _met_outage(result: ExecutionResult | PreExecutionError) -> bool:
    return any(is_outage(error.original_error) for error in result.errors or ())


def _payload(result: ExecutionResult) -> dict[str, Any]:
    payload: dict[str, Any] = {"data": result.data}
    if result.errors:
        payload["errors"] = present(result.errors)
    if result.extensions:
        payload["extensions"] = result.extensions
    return payload
