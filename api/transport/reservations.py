"""GraphQL over SSE, single connection mode: one stream of events for all operations of a client.

A client reserves a stream (PUT) and gets a token for it; opens it (GET) with the token alone, as a browser's
`EventSource` can send no headers; and asks (POST or GET) and stops asking (DELETE) with the token and its own
`Authorization`. Answers to questions are 202, and what they ask for comes through the stream.
"""

from functools import partial
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.actions.event_streams import (
    NoSuchStream,
    OperationExists,
    StreamIsOpen,
    TooManyOperations,
    open_stream,
    queue_operation,
    reserve_stream,
    withdraw_operation,
)
from api.auth.tokens import Authenticator, Identity
from api.domain.errors import Fault, FaultCode
from api.domain.viewer import Viewer
from api.models import EventStream
from api.notifications.wakeups import Wakeups
from api.transport.admission import Admission
from api.transport.identification import bind_viewer
from api.transport.limits import Limits
from api.transport.negotiation import Medium, acceptable
from api.transport.operations import Operations
from api.transport.parameters import Operation
from api.transport.requests import NotARequest, kinds_by, read_request, refusal
from api.transport.shared_stream import SharedStream, Told
from api.transport.streams import SharedFraming, StreamedAnswers
from api.transport.welcome import until_unwelcome

STREAM_HEADER: Final = "X-GraphQL-Event-Stream-Token"
_STREAM_PARAMETER: Final = "token"


def concerns_reservation(request: Request) -> bool:
    return request.method in {"PUT", "DELETE"} or _token_of(request) is not None


class Reservations:
    """Answers the requests that concern a shared stream."""

    def __init__(
        self,
        operations: Operations,
        *,
        authenticator: Authenticator,
        admission: Admission,
        wakeups: Wakeups,
        poll_seconds: float,
        limits: Limits,
    ) -> None:
        self._operations = operations
        self._authenticator = authenticator
        self._admission = admission
        self._wakeups = wakeups
        self._poll_seconds = poll_seconds
        self._limits = limits

    async def respond(self, request: Request) -> Response | StreamedAnswers[Told]:
        """Raises ``NotARequest``, and ``Fault`` where nobody is signed in."""
        try:
            return await self._respond(request, _token_of(request) or "")
        except NoSuchStream as error:
            raise NotARequest(404, "There is no such stream. Reserve one by PUT.") from error
        except StreamIsOpen as error:
            raise NotARequest(409, "This stream is open already. Reserve another one by PUT.") from error
        except OperationExists as error:
            raise NotARequest(409, "An operation of this `operationId` runs already.") from error
        except TooManyOperations as error:
            most = self._limits.operations
            raise NotARequest(429, f"At most {most} operations run on a stream at once.") from error

    async def _respond(self, request: Request, token: str) -> Response | StreamedAnswers[Told]:
        if request.method == "GET" and _wants_events(request):
            return await self._open(request, token)
        identity = await self._identify(request, request.headers.get("authorization"))
        bind_viewer(identity.viewer)
        self._admission.ask(identity.viewer)
        match request.method:
            case "PUT":
                return await _reserve(identity)
            case "DELETE":
                name = request.query_params.get("operationId", "")
                await withdraw_operation(self._wakeups, identity.viewer, token, name=name)
                return Response(status_code=200)
            case _:
                return await self._queue(request, token, identity.viewer)

    async def _identify(self, request: Request, authorization: str | None) -> Identity:
        return await self._admission.identify(self._authenticator, request.scope, authorization)

    async def _open(self, request: Request, token: str) -> StreamedAnswers[Told]:
        given = request.headers.get("authorization")
        asking = await self._identify(request, given) if given else None
        try:
            stream = await open_stream(token, person_id=asking.viewer.person_id if asking else None)
        except NoSuchStream:
            self._admission.note_stranger(request.scope)
            raise
        identity = _identity_behind(stream)
        bind_viewer(identity.viewer)
        if not await self._authenticator.still_welcome(identity):
            raise Fault(FaultCode.UNAUTHENTICATED, "This token is not valid any more; sign in again.")
        shared = SharedStream(
            stream,
            identity.viewer,
            operations=self._operations,
            wakeups=self._wakeups,
            poll_seconds=self._poll_seconds,
        )
        check_seconds = self._limits.check_seconds
        return StreamedAnswers(
            shared.told(),
            Medium.EVENTS,
            SharedFraming(),
            unwelcome=partial(until_unwelcome, self._authenticator, identity, check_seconds=check_seconds),
            heartbeat_seconds=self._limits.ping_seconds,
            leave=self._admission.enter(identity.viewer),
        )

    async def _queue(self, request: Request, token: str, viewer: Viewer) -> Response:
        operation = await read_request(request)
        if refused := self._operations.refusal_of(operation, kinds=kinds_by(request)):
            if refused.refused_kind:
                raise refusal(refused.refused_kind)
            return Response(orjson.dumps(refused.payload), 400, media_type=Medium.JSON.content_type)
        name = (operation.extensions or {}).get("operationId")
        if not isinstance(name, str):
            raise NotARequest(400, "Send an `operationId` of your own as a string in `extensions`.")
        try:
            await queue_operation(
                self._wakeups,
                viewer,
                token,
                name=name,
                parameters=self._parameters(operation),
                at_most=self._limits.operations,
            )
        except ValueError as error:
            raise NotARequest(400, str(error)) from error
        return Response(status_code=202)

    def _parameters(self, operation: Operation) -> str:
        """With the text of the operation itself: whoever holds the stream may not know it by its hash."""
        extensions = {name: each for name, each in (operation.extensions or {}).items() if name != "persistedQuery"}
        parameters: dict[str, Any] = {
            "query": self._operations.text_of(operation),
            "variables": operation.variables,
            "operationName": operation.name,
            "extensions": extensions,
        }
        return orjson.dumps(parameters).decode()


async def _reserve(identity: Identity) -> Response:
    token = await reserve_stream(identity.viewer, issued_at=identity.issued_at, expires_at=identity.expires_at)
    return Response(token, status_code=201, media_type="text/plain", headers={"Cache-Control": "no-store"})


def _identity_behind(stream: EventStream) -> Identity:
    return Identity(
        viewer=Viewer(
            person_id=stream.person_id,
            organisation_id=stream.organisation_id,
            administrator=stream.administrator,
            token_issued_at=stream.token_issued_at,
        ),
        issued_at=stream.token_issued_at,
        expires_at=stream.token_expires_at,
    )


def _token_of(request: Request) -> str | None:
    return request.headers.get(STREAM_HEADER) or request.query_params.get(_STREAM_PARAMETER) or None


def _wants_events(request: Request) -> bool:
    media = acceptable(request.headers.get("accept", ""))
    return bool(media) and media[0] is Medium.EVENTS
