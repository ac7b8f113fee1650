"""GraphQL requests as HTTP carries them, after the GraphQL over HTTP specification."""

from collections.abc import Mapping
from email.message import Message
from functools import lru_cache
from typing import Any, Final

from starlette.requests import Request
from strawberry.types.graphql import OperationType

from api.transport.frames import PROTOCOL
from api.transport.negotiation import Medium
from api.transport.parameters import Operation, read_json, read_operation

# Clients send the same few; what they make up is bounded.
_HEADERS_KEPT: Final = 64
_LONGEST: Final = 1_024
_JSON: Final = Medium.JSON.value
_METHODS: Final = "GET, POST, PUT, DELETE"
# Browsers ask first (CORS) before a page of somebody else sends one of these. Apollo's clients send them by themselves.
PREFLIGHTED: Final = ("Apollo-Require-Preflight", "X-Apollo-Operation-Name")
# Bytes. The longest operation of the console has two thousand.
MOST_BODY: Final = 262_144
_DIGITS: Final = 10
_ALL: Final = frozenset(OperationType)
_LIVE: Final = frozenset({OperationType.SUBSCRIPTION})
_READING: Final = _LIVE | {OperationType.QUERY}


class NotARequest(Exception):  # noqa: N818 - said to the client as it is
    """What came in cannot be answered as a GraphQL request; ``headers`` go with the status."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}


def kinds_by(request: Request) -> frozenset[OperationType]:
    """What kinds of operations a request may ask for by its method. A GET only reads. Any page can have a browser send
    one, and a proxy might put the token in for it: so queries need a header that no page sends unasked. Subscriptions
    need none: clients that read events send none, and no page of others can read what comes.
    """
    if request.method != "GET":
        return _ALL
    asked_first = any(request.headers.get(name) for name in PREFLIGHTED) or _content_of(request)[0] == _JSON
    return _READING if asked_first else _LIVE


def refusal(kind: OperationType) -> NotARequest:
    """What to say to whoever asked for a kind that does not go the way it came."""
    if kind is OperationType.SUBSCRIPTION:
        return NotARequest(
            400,
            f"A subscription needs a connection that stays open: use a WebSocket with the subprotocol {PROTOCOL}, "
            f"or accept {Medium.EVENTS.value}.",
        )
    if kind is OperationType.QUERY:
        header = PREFLIGHTED[0]
        return NotARequest(400, f"A query by GET needs a header that browsers ask about first: `{header}: true`.")
    return NotARequest(405, "A GET only reads: send this operation by POST.", {"Allow": "POST"})


async def read_request(request: Request) -> Operation:
    """The operation that a request carries. Raises ``NotARequest``."""
    match request.method:
        case "POST":
            parameters = await _body(request)
        case "GET":
            parameters = _query(request)
        case _:
            raise NotARequest(405, "Send an operation by POST, or a query by GET.", {"Allow": _METHODS})
    try:
        return read_operation(parameters)
    except ValueError as error:
        raise NotARequest(
            400, f"{error} Send an operation as `query`, a string, with an object as `variables`."
        ) from error


async def _body(request: Request) -> dict[str, Any]:
    kind, charset = _content_of(request)
    if kind == "multipart/form-data":
        raise NotARequest(415, "Files are not taken. Send the operation as JSON, as `application/json`.")
    if kind != _JSON:
        raise NotARequest(415, "Send the operation as JSON, with the header `Content-Type: application/json`.")
    if charset not in {"utf-8", "utf8"}:
        raise NotARequest(415, "Send the operation in UTF-8.")
    return _object(await _bytes(request), "The body")


async def _bytes(request: Request) -> bytes:
    """The body, of which no more is read than there may be."""
    told = request.headers.get("content-length", "0")
    found = bytearray()
    # No more than a few digits are read: a number of thousands of them would take its time.
    if len(told) < _DIGITS and told.isdecimal() and int(told) <= MOST_BODY:
        async for chunk in request.stream():
            found += chunk
            if len(found) > MOST_BODY:
                break
        else:
            return bytes(found)
    raise NotARequest(413, f"A body has at most {MOST_BODY} bytes. Ask for less at once, or in several requests.")


def _content_of(request: Request) -> tuple[str, str]:
    return _content(request.headers.get("content-type", "")[:_LONGEST])


@lru_cache(maxsize=_HEADERS_KEPT)
def _content(content_type: str) -> tuple[str, str]:
    """The media type and the charset that a header names."""
    header = Message()
    header["content-type"] = content_type
    return header.get_content_type(), header.get_content_charset("utf-8")


def _query(request: Request) -> dict[str, Any]:
    parameters: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if parameters.get(name):
            parameters[name] = _object(parameters[name].encode(errors="surrogatepass"), f"`{name}`")
        else:
            parameters.pop(name, None)
    return parameters


def _object(text: bytes, what: str) -> dict[str, Any]:
    try:
        found = read_json(text, what)
    except ValueError as error:
        raise NotARequest(400, str(error)) from error
    if isinstance(found, list):
        raise NotARequest(400, f"{what} must be a JSON object: operations come one at a time, not in a batch.")
    if not isinstance(found, dict):
        raise NotARequest(400, f"{what} must be a JSON object.")
    return found
