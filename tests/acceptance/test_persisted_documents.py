"""Documents by their names, over HTTP and over the socket."""

import hashlib
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.models import Person
from tests.acceptance.servers import ASKED_FIRST, Server, running
from tests.acceptance.sockets import receive, send, signed_in, socket
from tests.houses import House

TEXT = "query Me { viewer { name } }"
HASH = hashlib.sha256(TEXT.encode()).hexdigest()
BY_HASH = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": HASH}}}


async def by_http(server: Server, person: Person, payload: dict[str, Any], *, method: str = "POST") -> httpx.Response:
    headers = {"Authorization": f"Bearer {server.token(person)}"}
    async with httpx.AsyncClient(headers=headers) as client:
        if method == "POST":
            return await client.post(server.graphql, json=payload)
        parameters = {name: each if isinstance(each, str) else json.dumps(each) for name, each in payload.items()}
        return await client.get(server.graphql, params=parameters, headers=ASKED_FIRST)


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_a_hash_is_enough_once_the_text_was_sent(server: Server, method: str) -> None:
    person = await (await House.build()).person()
    text = f"# {method}\n{TEXT}"
    name = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(text.encode()).hexdigest()}}}
    unknown = await by_http(server, person, name, method=method)
    assert unknown.status_code == 200
    (error,) = unknown.json()["errors"]
    assert (error["message"], error["extensions"]["code"]) == ("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
    for payload in ({"query": text, **name}, name):
        answer = await by_http(server, person, payload, method=method)
        assert answer.json() == {"data": {"viewer": {"name": person.name}}}


async def test_a_document_that_is_not_known_leaves_the_socket_open(server: Server) -> None:
    person = await (await House.build()).person()
    async with socket(server) as client:
        await signed_in(client, server, person)
        await send(client, {"id": "1", "type": "subscribe", "payload": {"documentId": "nothing"}})
        refusal = await receive(client)
        assert (refusal["type"], refusal["id"]) == ("error", "1")
        assert refusal["payload"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
        await send(client, {"id": "1", "type": "subscribe", "payload": {"query": TEXT, **BY_HASH}})
        await send(client, {"id": "2", "type": "subscribe", "payload": {"documentId": f"sha256:{HASH}"}})
        answers = [await receive(client) for _ in range(4)]
    data = {each["id"]: each["payload"]["data"] for each in answers if each["type"] == "next"}
    assert data == {key: {"viewer": {"name": person.name}} for key in "12"}


async def test_a_service_that_runs_trusted_documents_alone(database: str, tmp_path: Path) -> None:
    person = await (await House.build()).person()
    manifest = tmp_path / "documents.json"
    manifest.write_text(json.dumps({"me": TEXT}))
    settings = {"MENTORING_DOCUMENTS": str(manifest), "MENTORING_DOCUMENTS_ALONE": "true"}
    async with running(tmp_path / "data", database_url=database, **settings) as server:
        trusted = await by_http(server, person, {"documentId": "me"})
        assert trusted.json() == {"data": {"viewer": {"name": person.name}}}
        other = await by_http(server, person, {"query": "{ viewer { id } }"})
        assert other.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_manifest_that_cannot_be_read_stops_the_start_with_its_reason(database: str, tmp_path: Path) -> None:
    manifest = tmp_path / "documents.json"
    manifest.write_text("[]")
    with pytest.raises(AssertionError, match="neither an object of documents by id nor a manifest"):
        async with running(tmp_path / "data", database_url=database, MENTORING_DOCUMENTS=str(manifest)):
            pass
