"""Python's gql with its own transports through the story of the clients in Node: see tests/node/story.mjs."""

import asyncio
import signal
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportConnectionFailed, TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport
from websockets.exceptions import ConnectionClosedError

from api.actions.withdraw import withdraw
from api.models import Event, MentorRequest
from api.schema.node import global_id
from tests.acceptance.servers import Server, running
from tests.houses import House, viewer_of
from tests.ports import free_port
from tests.wakers import Recorder

WHO = GraphQLRequest("{ viewer { id name } latestCursor }")
UNKNOWN = GraphQLRequest("{ viewer { shoeSize } }")
TOO_FEW = GraphQLRequest("{ matches(first: -1) { nodes { percent } } }")
CONNECT = """
mutation ($mentor: ID!) { connect(input: {mentorId: $mentor}) { request { id status } errors { code message } } }
"""
LISTEN = """
subscription ($after: String) {
  notificationReceived(after: $after) { id cursor ... on RequestReceived { request { id } } }
}
"""


def over_http(server: Server, token: str | None) -> HTTPXAsyncTransport:
    return HTTPXAsyncTransport(server.graphql, headers={"Authorization": f"Bearer {token}"} if token else {})


def over_socket(server: Server, token: str | None) -> WebsocketsTransport:
    return WebsocketsTransport(
        server.graphql.replace("http", "ws", 1),
        init_payload={"authorization": f"Bearer {token}"} if token else {},
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
    )


async def codes_of(session: AsyncClientSession, request: GraphQLRequest) -> list[str]:
    """Those of the errors that the client raises."""
    with pytest.raises(TransportQueryError) as refused:
        await session.execute(request)
    return [error["extensions"]["code"] for error in refused.value.errors or []]


async def follow(session: AsyncClientSession, after: str, heard: asyncio.Queue[dict[str, Any]]) -> None:
    """Each entry. The session connects again by itself; where to go on is ours to say."""
    while True:
        try:
            async for result in session.subscribe(GraphQLRequest(LISTEN, variable_values={"after": after})):
                entry = result["notificationReceived"]
                after = entry["cursor"]
                heard.put_nowait(entry)
        except TransportConnectionFailed:
            await asyncio.sleep(0.2)


async def test_without_a_token_gql_says_that_one_is_needed(server: Server) -> None:
    async with Client(transport=over_http(server, None)) as session:
        assert await codes_of(session, WHO) == ["UNAUTHENTICATED"]
    with pytest.raises(TransportConnectionFailed) as refused:
        await Client(transport=over_socket(server, None)).connect_async()  # type: ignore[no-untyped-call]
    assert isinstance(closed := refused.value.__cause__, ConnectionClosedError)
    assert closed.rcvd
    assert closed.rcvd.code == 4403


async def test_gql_asks_is_told_what_is_wrong_hears_live_and_loses_nothing_when_the_server_dies(
    database: str, tmp_path: Path
) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor(held={"PROG": 5}), await house.person("Mia", required={"PROG": 5})
    port, data = free_port(), tmp_path / "data"
    connect = GraphQLRequest(CONNECT, variable_values={"mentor": global_id("Mentor", mentor.id)})
    async with asyncio.timeout(60), AsyncExitStack() as stack:
        server = await stack.enter_async_context(running(data, database_url=database, port=port))
        asking = await stack.enter_async_context(Client(transport=over_http(server, server.token(mentee))))
        client = Client(transport=over_socket(server, server.token(mentor)))
        listening = await client.connect_async(reconnecting=True)  # type: ignore[no-untyped-call]
        stack.push_async_callback(client.close_async)
        for session, name in ((asking, mentee.name), (listening, mentor.name)):
            assert await codes_of(session, UNKNOWN) == ["BAD_USER_INPUT"]
            assert await codes_of(session, TOO_FEW) == ["BAD_USER_INPUT"]
            assert (await session.execute(WHO))["viewer"]["name"] == name

        heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        following = asyncio.create_task(follow(listening, (await listening.execute(WHO))["latestCursor"], heard))
        stack.callback(following.cancel)
        asked = (await asking.execute(connect))["connect"]
        assert (asked["errors"], asked["request"]["status"]) == ([], "PENDING")
        seen = [await asyncio.wait_for(heard.get(), 5)]
        assert seen[0]["request"]["id"] == asked["request"]["id"]
        again = (await asking.execute(connect))["connect"]
        assert [error["code"] for error in again["errors"]] == ["ALREADY_REQUESTED"]

        server.process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(server.process.wait, 10)
        request = await MentorRequest.get(mentor_id=mentor.id)
        await withdraw(Recorder(), viewer=viewer_of(mentee), request_id=request.id)
        await stack.enter_async_context(running(data, database_url=database, port=port))
        assert (await asking.execute(connect))["connect"]["errors"] == []
        seen += [await asyncio.wait_for(heard.get(), 30) for _ in range(2)]
    written = [event async for event in Event.filter(person_id=mentor.id).order_by("seq")]
    kinds = {"REQUEST_RECEIVED": "RequestReceived", "REQUEST_WITHDRAWN": "RequestWithdrawn"}
    assert [event.kind for event in written] == ["REQUEST_RECEIVED", "REQUEST_WITHDRAWN", "REQUEST_RECEIVED"]
    assert [entry["id"] for entry in seen] == [global_id(kinds[event.kind], event.id) for event in written]
