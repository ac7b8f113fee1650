"""GraphQL over HTTP and over WebSocket, at one path."""

from collections.abc import Mapping
from typing import Any

import orjson
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import MissingQueryError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from api.auth.tokens import Authenticator
from api.domain.errors import Fault, FaultCode
from api.resolvers.context import Context, Services
from api.schema.build import Schema
from api.transport.errors import internal_error, present, told
from api.transport.origins import Origins
from api.transport.socket import PROTOCOL, SocketLimits, SocketSession


class GraphQLEndpoint(GraphQL[Context, None]):
    """Everything needs a token; who sends none learns how to (RFC 6750)."""

    def __init__(
        self,
        schema: Schema,
        *,
        authenticator: Authenticator,
        services: Services,
        origins: Origins,
        limits: SocketLimits,
        graphiql_path: str | None,
    ) -> None:
        super().__init__(schema, graphql_ide=None, multipart_uploads_enabled=False)
        self._schema = schema
        self._authenticator = authenticator
        self._services = services
        self._origins = origins
        self._limits = limits
        self._graphiql_path = graphiql_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            session = SocketSession(
                WebSocket(scope, receive, send),
                schema=self._schema,
                authenticator=self._authenticator,
                services=self._services,
                origins=self._origins,
                limits=self._limits,
            )
            await session.run()
        else:
            response = await self._answer(Request(scope, receive))
            await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if self._graphiql_path and _is_page_visit(request):
            return RedirectResponse(self._graphiql_path, status_code=307)
        try:
            identity = await self._authenticator.identify(request.headers.get("authorization"))
            request.scope["viewer"] = identity.viewer
            return await self.run(request)
        except Fault as fault:
            return _unauthenticated(request, fault)
        except HTTPException as refused:
            reason = Fault(FaultCode.BAD_USER_INPUT, refused.reason)
            return _json({"errors": [told(reason)]}, refused.status_code)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets an id to quote
            return _json({"errors": [internal_error(error)]}, 500)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:  # noqa: ARG002
        return Context(viewer=request.scope["viewer"], services=self._services)

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:  # noqa: ARG002
        shown: GraphQLHTTPResponse = {"data": result.data}
        if result.errors:
            shown["errors"] = [*present(result.errors)]
        if result.extensions:
            shown["extensions"] = result.extensions
        return shown

    async def execute_single(  # noqa: PLR0917 - the signature is Strawberry's
        self,
        request: Request,  # noqa: ARG002
        request_adapter: AsyncHTTPRequestAdapter,
        sub_response: Response,  # noqa: ARG002
        context: Context,
        root_value: None,
        request_data: GraphQLRequestData,
    ) -> ExecutionResult:
        """Like Strawberry's, which would try to answer a subscription too."""
        try:
            return await self._schema.execute(
                request_data.query,
                root_value=root_value,
                variable_values=request_data.variables,
                context_value=context,
                operation_name=request_data.operation_name,
                allowed_operation_types=OperationType.from_http(request_adapter.method) - {OperationType.SUBSCRIPTION},
                operation_extensions=request_data.extensions,
            )
        except CannotGetOperationTypeError as error:
            raise HTTPException(400, error.as_http_error_reason()) from error
        except InvalidOperationTypeError as error:
            raise HTTPException(400, _told_where(error.operation_type)) from error
        except MissingQueryError as error:
            raise HTTPException(400, "Send an operation as `query`.") from error

    def parse_json(self, data: str | bytes) -> Any:
        parsed = super().parse_json(data)
        if not isinstance(parsed, dict | list):
            raise HTTPException(400, "The body must be a JSON object with the operation as `query`.")
        return parsed

    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)

    def encode_json(self, data: object) -> str | bytes:
        return orjson.dumps(data)


def _told_where(refused: OperationType) -> str:
    if refused is OperationType.SUBSCRIPTION:
        return f"A subscription needs a connection that stays open: use a WebSocket, with the subprotocol {PROTOCOL}."
    return "A GET only reads: send this operation by POST."


def _is_page_visit(request: Request) -> bool:
    return (
        request.method == "GET"
        and "query" not in request.query_params
        and "text/html" in request.headers.get("accept", "")
    )


def _unauthenticated(request: Request, fault: Fault) -> Response:
    challenge = 'Bearer realm="mentoring"'
    if request.headers.get("authorization"):
        challenge += ', error="invalid_token"'
    return _json({"errors": [told(fault)]}, 401, {"WWW-Authenticate": challenge})


def _json(content: Mapping[str, Any], status: int, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(content), status_code=status, headers=headers, media_type="application/json")
