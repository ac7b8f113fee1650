"""P, everybody who could look at them, and what happened between them: built once, then only looked at.

Every private text of P's is a canary, a text that occurs nowhere else.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

import httpx
from joserfc import jwt
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from api.auth.keys import local_key
from api.models import Person
from api.schema.node import global_id
from api.settings import Settings
from tests.acceptance.access_paths import ENTRIES, SERVED, STREAM, WITHOUT_ID, document, shown_in
from tests.acceptance.access_rules import VIEWERS, Role
from tests.acceptance.servers import Server

SIGNED_IN: Final[tuple[Role, ...]] = tuple(role for role in VIEWERS if role is not Role.NO_TOKEN)
_THAT_IS_ALL: Final = "That is all"
_SECONDS_TO_WAIT: Final = 10
_numbers = count(1)
_LOG: Final = document(
    f"{{ notifications(first: 100) {{ nodes {{ {' '.join(f'...{each}' for each in ENTRIES)} }} }} }}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """An object of P's. ``witness`` is whose view of it the others are compared with, but for those to whom it
    ``differs``, since it tells of themselves; ``about`` is the id of what an entry of a log tells of.
    """

    type: str
    id: str
    witness: Role = Role.SELF
    concerns: frozenset[Role] = frozenset()
    differs: frozenset[Role] = frozenset()
    about: str | None = None


Truth = Mapping[str, dict[str, Any]]


@dataclass(slots=True, kw_only=True)
class Step:
    """Something that happened while everybody listened: how things were then, and the frames that each one got."""

    truth: Truth
    frames: dict[Role, list[str]]


@dataclass(slots=True, kw_only=True)
class Scene:
    """Who there is, and what they can see or do on the server."""

    server: Server
    client: httpx.AsyncClient
    people: dict[Role, Person] = field(default_factory=dict)
    bosses: dict[Role, Person] = field(default_factory=dict)
    away: Person = field(init=False)
    tokens: dict[Role, str] = field(default_factory=dict)
    things: dict[str, Thing] = field(default_factory=dict)
    canaries: list[str] = field(default_factory=list)
    beginnings: dict[Role, str] = field(default_factory=dict)
    ends: dict[Role, str] = field(default_factory=dict)
    truth: Truth = field(default_factory=dict)
    steps: dict[str, Step] = field(default_factory=dict)

    def canary(self, word: str) -> str:
        self.canaries.append(f"canary-{word}-{len(self.canaries):03}")
        return self.canaries[-1]

    def token(self, role: Role) -> str | None:
        """Signed as the service signs its own; an administrator's says so."""
        if role is not Role.NO_TOKEN and role not in self.tokens:
            token = self.server.token(self.people[role])
            self.tokens[role] = self._made_administrator(token) if role is Role.ADMIN else token
        return self.tokens.get(role)

    def _made_administrator(self, token: str) -> str:
        key = local_key(Settings(data=self.server.data).signing_key_file)
        claims = {**jwt.decode(token, key).claims, "roles": ["mentoring:admin"]}
        return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key, default_type="JWT")

    def thing(self, shown: Mapping[str, Any]) -> Thing | None:
        """Which of P's objects this is; those without an id are known by their type alone."""
        return self.things.get(shown.get("id", shown["__typename"]))

    def add(self, type_name: str, node_id: str, **more: Any) -> str:
        self.things[node_id] = Thing(type=type_name, id=node_id, **more)
        return node_id

    async def ask(self, token: str | None, operation: str, **variables: Any) -> httpx.Response:
        return await self.client.post(
            self.server.graphql,
            json={"query": operation, "variables": variables},
            headers={"Authorization": f"Bearer {token}"} if token else {},
        )

    async def data(self, token: str | None, operation: str, **variables: Any) -> dict[str, Any]:
        answer = (await self.ask(token, operation, **variables)).json()
        assert "errors" not in answer, answer["errors"]
        found: dict[str, Any] = answer["data"]
        return found

    async def change(self, token: str | None, mutation: str, answer: str, **given: Any) -> str:
        """What a mutation that must succeed gives the id of."""
        assert SERVED.mutation_type
        wanted = SERVED.mutation_type.fields[mutation].args["input"].type
        payload = f"{answer} {{ id }} errors {{ code }}"
        operation = f"mutation ($input: {wanted}) {{ changed: {mutation}(input: $input) {{ {payload} }} }}"
        changed = (await self.data(token, operation, input=given))["changed"]
        assert changed["errors"] == []
        return str(changed[answer]["id"])

    async def told(self, role: Role, type_name: str, about: str) -> None:
        """The newest entry of the role's log is this one; it is one of P's things from now on."""
        log = await self.data(self.token(role), "{ notifications(last: 1) { nodes { __typename id } } }")
        (entry,) = log["notifications"]["nodes"]
        assert entry["__typename"] == type_name
        self.add(type_name, entry["id"], witness=role, concerns=frozenset({role}), about=about)

    async def seen_by_witnesses(self) -> Truth:
        """Every thing as its witness sees it now; what they do not see is left out, and missed by the tests."""
        wanted: dict[tuple[Role, str], list[str]] = defaultdict(list)
        for thing in self.things.values():
            wanted[thing.witness, "" if thing.type in ENTRIES else thing.type].append(thing.id)
        found: dict[str, dict[str, Any]] = {}
        for (role, name), ids in wanted.items():
            nodes = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ...{name} }} }}"
            operation = document(WITHOUT_ID.get(name, nodes)) if name else _LOG
            response = (await self.ask(self.token(role), operation, ids=ids)).json()
            found |= {each.get("id", each["__typename"]): each for _, each in shown_in(response.get("data"))}
        return found

    async def say_that_is_all(self) -> None:
        """An entry into everybody's log, through a change of their own plan by whom they report to."""
        (kind,) = {each.id for each in self.things.values() if each.type == "ActionType"}
        foreign = await self.data(self.token(Role.OTHER_ORGANISATION), "{ organisation { actionTypes { id } } }")
        for role in SIGNED_IN:
            self.ends[role] = f"{_THAT_IS_ALL}, {next(_numbers)}."
            elsewhere = role is Role.OTHER_ORGANISATION
            await self.change(
                self.server.token(self.bosses[role]),
                "saveAction",
                "action",
                ownerId=global_id("Person", self.people[role].id),
                title=self.ends[role],
                typeId=foreign["organisation"]["actionTypes"][0]["id"] if elsewhere else kind,
            )


class Ear:
    """A subscription to everything over a socket of its own."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def until(self, text: str) -> list[str]:
        """The frames up to the one with this text, without pings and those that say that is all."""
        frames: list[str] = []
        async with asyncio.timeout(_SECONDS_TO_WAIT):
            async for frame in self._socket:
                if text in str(frame):
                    break
                if json.loads(frame)["type"] == "ping":
                    await self._socket.send(json.dumps({"type": "pong"}))
                else:
                    frames.append(str(frame))
        return [each for each in frames if _THAT_IS_ALL not in each]


@asynccontextmanager
async def listening(server: Server, token: str | None, after: str | None) -> AsyncIterator[Ear]:
    """Without a token the server closes the socket, and whoever listens hears of that at once."""
    url = server.graphql.replace("http", "ws", 1)
    async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        payload = {"authorization": f"Bearer {token}"} if token else {}
        await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        await socket.recv()
        operation = {"query": document(STREAM), "variables": {"after": after}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": operation}))
        yield Ear(socket)
