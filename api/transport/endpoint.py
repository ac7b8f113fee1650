"""GraphQL over HTTP, as a stream over HTTP, and over WebSocket, at one path."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import orjson
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.types.graphql import OperationType

from api.auth.tokens import Authenticator, Identity
from api.domain.errors import Fault, FaultCode
from api.metrics import Metrics
from api.tracing import continued
from api.transport.admission import Admission
from api.transport.connection import connection_of
from api.transport.errors import STOPPING, internal_fault, told
from api.transport.identification import REQUEST_ID, bind_request, bind_viewer
from api.transport.limits import Limits
from api.transport.negotiation import Medium, acceptable
from api.transport.operations import ANY, AT_ONCE, Answer, Operations
from api.transport.origins import Origins
from api.transport.parameters import Operation
from api.transport.requests import NotARequest, kinds_by, read_request, refusal
from api.transport.reservations import Reservations, concerns_reservation
from api.transport.socket import SocketSession
from api.transport.streams import StreamedAnswers, framing_of
from api.transport.welcome import until_unwelcome

_STATUSES: Final = {
    FaultCode.UNAUTHENTICATED: 401,
    FaultCode.RATE_LIMITED: 429,
    FaultCode.UNAVAILABLE: 503,
    FaultCode.INTERNAL: 500,
}


class GraphQLEndpoint:
    """An ASGI application. Everything needs a token; who sends none learns how to (RFC 6750)."""

    def __init__(
        self,
        operations: Operations,
        *,
        authenticator: Authenticator,
        admission: Admission,
        origins: Origins,
        limits: Limits,
        graphiql_path: str | None,
        metrics: Metrics,
        reservations: Reservations,
    ) -> None:
        self._metrics = metrics
        self._reservations = reservations
        self._operations = operations
        self._authenticator = authenticator
        self._admission = admission
        self._origins = origins
        self._limits = limits
        self._graphiql_path = graphiql_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await (self._talk if scope["type"] == "websocket" else self._serve)(scope, receive, send)
        except asyncio.CancelledError:
            # A server that stops waits a little for what is under way, and then for nothing: that is no fault.
            if not connection_of(scope).ending.is_set():
                raise

    async def _talk(self, scope: Scope, receive: Receive, send: Send) -> None:
        session = SocketSession(
            WebSocket(scope, receive, send),
            operations=self._operations,
            authenticator=self._authenticator,
            admission=self._admission,
            origins=self._origins,
            limits=self._limits,
            metrics=self._metrics,
        )
        with self._metrics.connections.labels("websocket").track_inprogress():
            await session.run()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        request_id = bind_request(request.headers)
        with continued(request.headers):
            response = await self._respond_or_excuse(request)
        response.headers[REQUEST_ID] = request_id
        if isinstance(response, StreamedAnswers):
            self._metrics.requests_of(response.medium.type, 200).inc()
            with self._metrics.connections.labels(response.medium.type).track_inprogress():
                await response(scope, receive, send)
            return
        medium = response.headers.get("content-type", "").partition(";")[0]
        self._metrics.requests_of(medium, response.status_code).inc()
        await response(scope, receive, send)

    async def _respond_or_excuse(self, request: Request) -> Response | StreamedAnswers[Any]:
        """Whoever is not answered by the time that a server stops is to ask again."""
        try:
            return await self._respond(request)
        except asyncio.CancelledError:
            if not connection_of(request.scope).ending.is_set():
                raise
            return _faulty(Fault(FaultCode.UNAVAILABLE, STOPPING), Medium.JSON, request.headers)

    async def _respond(self, request: Request) -> Response | StreamedAnswers[Any]:
        if self._graphiql_path and _is_page_visit(request):
            return RedirectResponse(self._graphiql_path, status_code=307)
        media = acceptable(request.headers.get("accept", ""))
        plain = next((medium for medium in media if not medium.streams), Medium.JSON)
        try:
            reserved = concerns_reservation(request)
            return await (self._reservations.respond(request) if reserved else self._asked(request, media))
        except ClientDisconnect:
            # They left before they had said what they want: nobody reads this.
            return Response(status_code=400)
        except NotARequest as refused:
            fault = Fault(FaultCode.BAD_USER_INPUT, refused.message)
            return _response({"errors": [told(fault)]}, plain, refused.status, refused.headers)
        except Fault as fault:
            return _faulty(fault, plain, request.headers)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets an id to quote
            return _faulty(internal_fault(error), plain, request.headers)

    async def _asked(self, request: Request, media: Sequence[Medium]) -> Response | StreamedAnswers[Answer]:
        authorization = request.headers.get("authorization")
        identity = await self._admission.identify(self._authenticator, request.scope, authorization)
        bind_viewer(identity.viewer)
        self._admission.ask(identity.viewer)
        if not media:
            raise NotARequest(406, f"Answers come as {', '.join(medium.value for medium in Medium)}.")
        return await self._answer(request, await read_request(request), identity, media)

    async def _answer(
        self, request: Request, operation: Operation, identity: Identity, media: Sequence[Medium]
    ) -> Response | StreamedAnswers[Answer]:
        """The first medium that the client would have and that the operation fits into."""
        if media[0].streams:
            return self._stream(request, operation, identity, media[0])
        # Events come last: whoever takes both means them for subscriptions.
        parted = max((medium for medium in media if medium.increments), key=lambda each: not each.lives, default=None)
        if parted and self._operations.come_in_parts(operation, read=parted.increments):
            return self._stream(request, operation, identity, parted)
        live = next((medium for medium in media if medium.lives), None)
        kinds = AT_ONCE & kinds_by(request)
        answer = await self._operations.answer(operation, identity.viewer, kinds=kinds)
        if answer.refused_kind is OperationType.SUBSCRIPTION and live:
            return self._stream(request, operation, identity, live)
        if answer.refused_kind:
            raise refusal(answer.refused_kind)
        return _response(answer.payload, media[0], _status(answer, media[0]))

    def _stream(
        self, request: Request, operation: Operation, identity: Identity, medium: Medium
    ) -> StreamedAnswers[Answer]:
        kinds = (ANY if medium.lives else AT_ONCE) & kinds_by(request)
        answers = self._operations.run(
            operation,
            identity.viewer,
            kinds=kinds,
            increments=medium.increments,
            resume_after=request.headers.get("last-event-id") or None,
        )
        check_seconds = self._limits.check_seconds
        return StreamedAnswers(
            answers,
            medium,
            framing_of(medium),
            unwelcome=partial(until_unwelcome, self._authenticator, identity, check_seconds=check_seconds),
            heartbeat_seconds=self._limits.ping_seconds,
            leave=self._admission.enter(identity.viewer),
        )


def _status(answer: Answer, medium: Medium) -> int:
    """The status that belongs to an answer. In JSON as it always was, errors of GraphQL come with 200."""
    if not answer.refused:
        return 200
    codes = {error["extensions"]["code"] for error in answer.payload["errors"]}
    broken = max((status for code, status in _STATUSES.items() if code.value in codes), default=None)
    return broken or (400 if medium is Medium.RESPONSE else 200)


def _faulty(fault: Fault, medium: Medium, asked: Headers) -> Response:
    headers = {}
    if fault.code is FaultCode.UNAUTHENTICATED:
        challenge = 'Bearer realm="mentoring"'
        headers["WWW-Authenticate"] = challenge + ', error="invalid_token"' if asked.get("authorization") else challenge
    if fault.code is FaultCode.UNAVAILABLE:
        headers["Retry-After"] = "1"
    if fault.code is FaultCode.RATE_LIMITED:
        headers["Retry-After"] = str(fault.details["retryAfter"])
    return _response({"errors": [told(fault)]}, medium, _STATUSES.get(fault.code, 400), headers)


def _response(
    content: Mapping[str, Any], medium: Medium, status: int, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(
        orjson.dumps(content),
        status_code=status,
        headers={"Content-Type": medium.content_type, "Vary": "Accept", **(headers or {})},
    )


def _is_page_visit(request: Request) -> bool:
    return (
        request.method == "GET"
        and "query" not in request.query_params
        and "text/html" in request.headers.get("accept", "")
    )
