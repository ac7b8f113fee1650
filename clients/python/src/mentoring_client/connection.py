"""One operation over a socket of its own, with gql."""

import contextlib
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from gql import GraphQLRequest
from gql.transport.exceptions import TransportError, TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from graphql import ExecutionResult
from websockets.exceptions import ConnectionClosed

from mentoring_client.endings import Interrupted


async def answers_to(
    document: str, variables: Mapping[str, Any], *, url: str, token: str, silence_seconds: float
) -> AsyncGenerator[ExecutionResult, None]:
    """The answers, until the socket or the operation ends, however it does: by ``Interrupted``. Whatever was received
    is yielded before.
    """
    transport = WebsocketsTransport(
        url=_socket_url(url),
        init_payload={"authorization": f"Bearer {token}"},
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
        close_timeout=1,
        connect_args={"ping_interval": silence_seconds / 2, "ping_timeout": silence_seconds / 2, "close_timeout": 1},
    )
    try:
        await transport.connect()
        answers = transport.subscribe(GraphQLRequest(document, variable_values=dict(variables)))
        async with contextlib.aclosing(answers):
            async for answer in answers:
                yield answer
    except TransportQueryError as error:
        raise Interrupted("refused", errors=error.errors or ()) from error
    except (TransportError, OSError, TimeoutError) as error:
        raise _interrupted(error) from error
    finally:
        await transport.close()
    raise Interrupted("The server said that this is all.")


def _socket_url(url: str) -> str:
    """The URL of the socket, from that of the endpoint."""
    if not url.startswith(("http://", "https://", "ws://", "wss://")):
        raise ValueError(f"Give the whole URL, such as wss://example.com/graphql: {url}")
    return f"ws{url.removeprefix('http')}" if url.startswith("http") else url


def _interrupted(error: BaseException) -> Interrupted:
    """What gql wraps, told by the innermost reason."""
    cause = error.__cause__
    if isinstance(cause, ConnectionClosed):
        if cause.rcvd is None:
            return Interrupted("The connection was lost.")
        return Interrupted(cause.rcvd.reason or "The connection was closed.", code=int(cause.rcvd.code))
    if cause is not None and isinstance(cause, Exception):
        return _interrupted(cause)
    return Interrupted(str(error) or type(error).__name__)
