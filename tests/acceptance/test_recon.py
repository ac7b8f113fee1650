"""What tools find that look a GraphQL service over before they attack it, in production mode: nothing.

The checks are those of graphql-cop, one function a check and under its title, but for those that limits answer, which
are in `test_recon_limits.py`. Each is made by a stranger, and by somebody who has a token. What clairvoyance recovers
is in `tests/unit/test_disclosure.py`.
"""

import re

import httpx
import pytest

from api.models import Person
from tests.acceptance.servers import ASKED_FIRST, Server
from tests.unit.test_disclosure import NAMES, ROOTS, WRONG, probes, told_by


@pytest.fixture(params=["a stranger", "somebody with a token"])
def headers(request: pytest.FixtureRequest, production_server: Server, production_person: Person) -> dict[str, str]:
    if request.param == "a stranger":
        return {}
    return {"Authorization": f"Bearer {production_server.token(production_person)}"}


async def post(server: Server, headers: dict[str, str], content: object) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.post(server.graphql, json=content, headers=headers)


def data_of(answer: httpx.Response) -> object:
    found = answer.json()
    return found.get("data") if isinstance(found, dict) else found


async def test_the_service_is_there_for_those_who_have_a_token(
    production_server: Server, production_person: Person
) -> None:
    assert await production_server.ask(production_person, "query cop { __typename }") == {"__typename": "Query"}


async def test_array_based_query_batching(production_server: Server, headers: dict[str, str]) -> None:
    answer = await post(production_server, headers, [{"query": "query cop { __typename }"}] * 10)
    assert answer.status_code in {400, 401}
    assert data_of(answer) is None


@pytest.mark.parametrize(
    "query",
    [
        "query cop { __schema { types { name fields { name } } } }",
        "query cop { __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }",
        'query cop { __type(name: "Query") { fields { name } } }',
    ],
)
async def test_introspection_and_circles_of_it(production_server: Server, headers: dict[str, str], query: str) -> None:
    answer = await post(production_server, headers, {"query": query, "operationName": "cop"})
    assert data_of(answer) is None
    assert told_by((error["message"] for error in answer.json()["errors"]), query) <= ROOTS


async def test_field_suggestions(production_server: Server, headers: dict[str, str]) -> None:
    for query in ["query cop { __schema { directive } }", *(document for document, _ in WRONG)]:
        answer = await post(production_server, headers, {"query": query})
        assert answer.json()["errors"]
        assert "Did you mean" not in answer.text


async def test_mutation_is_allowed_over_get(production_server: Server, headers: dict[str, str]) -> None:
    async with httpx.AsyncClient(headers=headers | ASKED_FIRST) as client:
        answer = await client.get(production_server.graphql, params={"query": "mutation cop { __typename }"})
    assert answer.status_code in {400, 401, 405}
    assert data_of(answer) is None


@pytest.mark.parametrize("media", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain", ""])
async def test_post_based_url_encoded_query(production_server: Server, headers: dict[str, str], media: str) -> None:
    content = b'{"query": "query cop { __typename }"}' if "form" not in media else b"query=query+cop+{__typename}"
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            production_server.graphql,
            content=content,
            headers={**headers, **({"Content-Type": media} if media else {})},
        )
    assert answer.status_code in {401, 415}
    assert data_of(answer) is None


@pytest.mark.parametrize("path", ["/", "/graphiql", "/graphiql/", "/playground", "/console", "/graphql", "/altair"])
async def test_graphql_ide(production_server: Server, headers: dict[str, str], path: str) -> None:
    async with httpx.AsyncClient(follow_redirects=True) as client:
        answer = await client.get(f"{production_server.url}{path}", headers={**headers, "Accept": "text/html"})
    assert not re.search("graphiql|graphql[ -]playground|altair|apollo", answer.text, re.IGNORECASE)


async def test_trace_mode(production_server: Server, headers: dict[str, str]) -> None:
    answer = await post(production_server, headers, {"query": "query cop { __typename }", "operationName": "cop"})
    found = answer.json()
    assert "extensions" not in found
    assert not [error for error in found.get("errors", ()) if set(error["extensions"]) != {"code"}]
    assert not {"server", "x-powered-by"} & set(answer.headers)


@pytest.mark.parametrize("query", ["qwerty cop { abc }", "query cop { abc", "\u0000", "{ a }" * 2, "{ " * 500])
async def test_unhandled_errors_detection(production_server: Server, headers: dict[str, str], query: str) -> None:
    answer = await post(production_server, headers, {"query": query})
    assert answer.status_code in {200, 400, 401}
    for error in answer.json()["errors"]:
        assert set(error["extensions"]) <= {"code", "limit", "asked", "allowed"}
    assert not re.search(r"traceback|exception|\.py|site-packages|line \d+, in", answer.text, re.IGNORECASE)


async def test_a_stranger_learns_nothing_even_by_the_right_words(production_server: Server) -> None:
    words = sorted(NAMES)
    told = {(await post(production_server, {}, {"query": document})).text for document in probes(words)}
    assert len(told) == 1, "the same, whatever they ask"
