"""The checks of graphql-cop that limits answer, and the one on GET, for somebody who has a token, in production mode.
As a stranger nobody gets so far: `test_recon.py`.
"""

import httpx

from api.models import Person
from tests.acceptance.servers import Server


async def ask(server: Server, person: Person, query: str) -> dict[str, object]:
    answer: dict[str, object] = (await server.ask_raw(server.token(person), query)).json()
    return answer


async def test_alias_overloading(production_server: Server, production_person: Person) -> None:
    aliases = " ".join(f"alias{number}: __typename" for number in range(101))
    answer = await ask(production_server, production_person, f"query cop {{ {aliases} }}")
    assert answer.get("data") is None


async def test_directive_overloading(production_server: Server, production_person: Person) -> None:
    answer = await ask(production_server, production_person, f"query cop {{ __typename {'@aa' * 10} }}")
    errors = answer["errors"]
    assert isinstance(errors, list)
    assert len(errors) < 10


async def test_field_duplication(production_server: Server, production_person: Person) -> None:
    answer = await ask(production_server, production_person, f"query cop {{ {'__typename ' * 500} }}")
    assert answer.get("data") is None


async def test_get_method_query_support(production_server: Server, production_person: Person) -> None:
    headers = {"Authorization": f"Bearer {production_server.token(production_person)}"}
    async with httpx.AsyncClient() as client:
        answer = await client.get(
            production_server.graphql, params={"query": "query cop {__typename}"}, headers=headers
        )
    assert answer.json().get("data") is None
