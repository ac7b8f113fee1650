"""One person's log, followed over each of the transports: the same entries, whatever carries them."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.acceptance.servers import Server

Payload = dict[str, Any]
Answers = AsyncGenerator[Payload, None]
_SECONDS_BETWEEN_POLLS: Final = 0.1
_ENTRY: Final = "__typename id cursor"
SUBSCRIBE: Final = f"subscription ($after: String) {{ notificationReceived(after: $after) {{ {_ENTRY} }} }}"
POLL: Final = f"""query ($after: String) {{ notifications(first: 100, after: $after) {{ nodes {{ {_ENTRY} }} }} }}"""
ACCEPTS: Final = {
    "sse": "text/event-stream",
    "multipart": 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0, application/json',
}


class Ended(Exception):  # noqa: N818 - how it ends
    """The stream ended; ``code`` says how, where it was said: of the socket, or of HTTP, or in the last part."""

    def __init__(self, code: object = None) -> None:
        super().__init__(code)
        self.code = code


@asynccontextmanager
async def over_websocket(server: Server, token: str, after: str | None) -> AsyncGenerator[Answers, None]:
    url = server.graphql.replace("http", "ws", 1)
    async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as client:
        payload = {"authorization": f"Bearer {token}"}
        await client.send(json.dumps({"type": "connection_init", "payload": payload}))
        operation = {"query": SUBSCRIBE, "variables": {"after": after}}

        async def answers() -> Answers:
            try:
                await client.recv()
                await client.send(json.dumps({"id": "1", "type": "subscribe", "payload": operation}))
                async for frame in client:
                    message = json.loads(frame)
                    if message["type"] == "ping":
                        await client.send(json.dumps({"type": "pong"}))
                    elif message["type"] == "error":
                        yield {"errors": message["payload"]}
                    elif message["type"] == "next":
                        yield message["payload"]
            except ConnectionClosed:
                pass
            raise Ended(client.close_code)

        async with contextlib.aclosing(answers()) as stream:
            yield stream


@asynccontextmanager
async def streamed(
    server: Server, token: str, kind: str, after: str | None, **headers: str
) -> AsyncGenerator[httpx.Response, None]:
    """The response to a subscription over HTTP, not read yet."""
    asked = {"Authorization": f"Bearer {token}", "Accept": ACCEPTS[kind], **headers}
    async with (
        httpx.AsyncClient(timeout=30, headers=asked) as client,
        client.stream("POST", server.graphql, json={"query": SUBSCRIBE, "variables": {"after": after}}) as response,
    ):
        yield response


@asynccontextmanager
async def over_sse(server: Server, token: str, after: str | None) -> AsyncGenerator[Answers, None]:
    """Resumes as a browser does: by the header, the operation being what it always was."""
    headers = {"Last-Event-ID": after} if after else {}
    async with streamed(server, token, "sse", None, **headers) as response:

        async def answers() -> Answers:
            if response.status_code != 200:
                raise Ended(response.status_code)
            async for event in events_of(response):
                if event.get("event") == "complete":
                    return
                payload = json.loads(event["data"])
                if "data" in payload:
                    assert event["id"] == payload["data"]["notificationReceived"]["cursor"]
                yield payload
            raise Ended

        async with contextlib.aclosing(answers()) as stream:
            yield stream


@asynccontextmanager
async def over_shared_sse(server: Server, token: str, after: str | None) -> AsyncGenerator[Answers, None]:
    """GraphQL over SSE, single connection mode, for one operation."""
    async with httpx.AsyncClient(timeout=30, headers={"Authorization": f"Bearer {token}"}) as client:
        reserved = await client.put(server.graphql)
        if reserved.status_code != 201:
            raise Ended(reserved.status_code)
        stream = {"X-GraphQL-Event-Stream-Token": reserved.text}
        operation = {"query": SUBSCRIBE, "variables": {"after": after}, "extensions": {"operationId": "mine"}}
        async with client.stream("GET", server.graphql, headers=stream | {"Accept": "text/event-stream"}) as response:
            assert (await client.post(server.graphql, headers=stream, json=operation)).status_code == 202

            async def answers() -> Answers:
                async for event in events_of(response):
                    data = json.loads(event["data"])
                    assert data["id"] == "mine"
                    if event["event"] == "complete":
                        return
                    yield data["payload"]
                raise Ended

            async with contextlib.aclosing(answers()) as stream_of_answers:
                yield stream_of_answers


async def events_of(response: httpx.Response) -> AsyncGenerator[dict[str, str], None]:
    """Server-sent events, for whom an event ends at two LF and at nothing else."""
    text = ""
    with contextlib.suppress(httpx.TransportError):
        async for chunk in response.aiter_text():
            text += chunk
            *complete, text = text.split("\n\n")
            for event in complete:
                if lines := [line for line in event.split("\n") if not line.startswith(":")]:
                    yield {name: value.removeprefix(" ") for name, _, value in (each.partition(":") for each in lines)}


@asynccontextmanager
async def over_multipart(server: Server, token: str, after: str | None) -> AsyncGenerator[Answers, None]:
    async with streamed(server, token, "multipart", after) as response:

        async def answers() -> Answers:
            if response.status_code != 200:
                raise Ended(response.status_code)
            async for part in parts_of(response):
                if "payload" in part and part["payload"] is None:
                    raise Ended(part["errors"][0]["extensions"]["code"])
                if part:
                    yield part["payload"]

        async with contextlib.aclosing(answers()) as stream:
            yield stream


async def parts_of(response: httpx.Response) -> AsyncGenerator[dict[str, Any], None]:
    """The parts as Apollo Client reads them: each counts once the boundary after it is there."""
    text, boundary = "", "\r\n--graphql"
    async for chunk in response.aiter_text():
        text += chunk
        *complete, text = text.split(boundary)
        for part in complete:
            _, _, body = part.partition("\r\n\r\n")
            if body:
                yield json.loads(body)
        if text.startswith("--"):
            return
    raise Ended


@asynccontextmanager
async def over_polling(server: Server, token: str, after: str | None) -> AsyncGenerator[Answers, None]:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as client:

        async def asked(query: str, **variables: str | None) -> Payload:
            try:
                response = await client.post(server.graphql, json={"query": query, "variables": variables})
            except httpx.TransportError as error:
                raise Ended from error
            if response.status_code != 200:
                raise Ended(response.status_code)
            answer: Payload = response.json()
            return answer

        cursor = after or (await asked("{ latestCursor }"))["data"]["latestCursor"]

        async def answers() -> Answers:
            nonlocal cursor
            while True:
                answer = await asked(POLL, after=cursor)
                if answer.get("errors"):
                    yield answer
                    return
                for node in answer["data"]["notifications"]["nodes"]:
                    yield {"data": {"notificationReceived": node}}
                    cursor = node["cursor"]
                await asyncio.sleep(_SECONDS_BETWEEN_POLLS)

        async with contextlib.aclosing(answers()) as stream:
            yield stream


Ear = Callable[[Server, str, str | None], AbstractAsyncContextManager[Answers]]
EARS: Final[dict[str, Ear]] = {
    "websocket": over_websocket,
    "sse": over_sse,
    "shared sse": over_shared_sse,
    "multipart": over_multipart,
    "polling": over_polling,
}
