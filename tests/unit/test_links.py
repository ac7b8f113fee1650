"""Links in mails lead to operations that the schema knows."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from graphql import build_schema, parse, validate
from starlette.applications import Starlette

from api.domain.ids import encode_id
from api.schema.build import sdl
from api.transport.links import link_routes

APP = httpx.ASGITransport(Starlette(routes=link_routes("/graphiql/")))


async def operation_at(path: str) -> str:
    async with httpx.AsyncClient(transport=APP, base_url="http://test") as client:
        response = await client.get(path)
    assert response.status_code == 307
    location = urlsplit(response.headers["location"])
    assert location.path == "/graphiql/"
    return str(parse_qs(location.fragment).get("query", [""])[0])


@pytest.mark.parametrize(
    ("path", "type_name"),
    [("requests", "MentorRequest"), ("mentorships", "Mentorship"), ("mentors", "Mentor"), ("settings", "")],
)
async def test_a_link_fills_in_what_to_run(path: str, type_name: str) -> None:
    key = encode_id(type_name, 7) if type_name else "notifications"
    operation = await operation_at(f"/{path}/{key}")
    assert validate(build_schema(sdl()), parse(operation)) == []
    assert (key in operation) is bool(type_name)


@pytest.mark.parametrize("key", ["x", encode_id("Person", 1), 'a") { id } } #'])
async def test_a_link_with_no_id_of_ours_fills_in_nothing(key: str) -> None:
    assert await operation_at(f"/requests/{key}") == ""
