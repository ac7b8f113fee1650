"""The service as a subgraph of Apollo Federation 2; that it composes with others is shown in `tests/node`."""

from pathlib import Path

import pytest

from api.schema.node import global_id
from tests.acceptance.servers import TransportQueryError, running
from tests.houses import House

ENTITIES = """query ($known: [_Any!]!) { _entities(representations: $known) {
  __typename ... on Person { name email } ... on Skill { code } } }"""


async def test_a_router_learns_the_schema_and_sees_of_entities_what_the_person_may_see(
    database: str, tmp_path: Path
) -> None:
    house, elsewhere = await House.build(), await House.build("Elsewhere")
    person, stranger = await house.person("Mia", required={"PROG": 3}), await elsewhere.person("Eve")
    known = [
        {"__typename": "Person", "id": global_id("Person", person.id)},
        {"__typename": "Skill", "id": global_id("Skill", house.skills["PROG"].id), "code": "whatever"},
        {"__typename": "Person", "id": global_id("Person", stranger.id)},
        {"__typename": "Mentor", "id": global_id("Person", person.id)},
        {"__typename": "Person", "id": "nonsense"},
    ]
    async with running(tmp_path / "data", database_url=database, MENTORING_SUBGRAPH="true") as server:
        sdl = (await server.ask(person, "{ _service { sdl } }"))["_service"]["sdl"]
        found = (await server.ask(person, ENTITIES, known=known))["_entities"]
        for wrong in ([7], [{"__typename": "Person"}], [{"id": known[0]["id"]}], known * 21):
            with pytest.raises(TransportQueryError) as refused:
                await server.ask(person, ENTITIES, known=wrong)
            assert refused.value.errors
            assert refused.value.errors[0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert 'type Person implements Node @key(fields: "id")' in sdl
    assert "type PageInfo @shareable" in sdl
    assert "_entities" not in sdl
    assert found == [
        {"__typename": "Person", "name": "Mia", "email": person.email},
        {"__typename": "Skill", "code": "PROG"},
        None,
        None,
        None,
    ]


async def test_nothing_of_it_is_there_unless_it_is_asked_for(database: str, tmp_path: Path) -> None:
    person = await (await House.build()).person("Mia")
    async with running(tmp_path / "data", database_url=database) as server:
        with pytest.raises(TransportQueryError):
            await server.ask(person, "{ _service { sdl } }")
