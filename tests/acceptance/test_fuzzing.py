"""Operations that schemathesis makes over the whole schema, good ones and broken ones, sent to a real server."""

import asyncio
from collections import Counter
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, Response
from schemathesis.graphql import nodes

from api.auth.keys import local_key
from api.auth.tokens import issue_token
from api.domain.errors import FaultCode
from api.domain.viewer import Viewer
from api.models import Person
from api.settings import Settings
from tests.acceptance.servers import Server
from tests.scene import ids, scene

EXAMPLES = 6
# What a client can do about each of these is known; none tells what is inside.
TOLD = {code.value for code in FaultCode} - {FaultCode.INTERNAL, FaultCode.UNAVAILABLE, FaultCode.UNAUTHENTICATED}


async def token(server: Server, viewer: Viewer) -> str:
    person = await Person.get(id=viewer.person_id)
    at = Settings(data=server.data)
    roles = ["mentoring:admin"] if viewer.administrator else []
    return issue_token(at, local_key(at.signing_key_file), person.subject, roles=roles)


def know(known: list[str]) -> None:
    """Have values made that lead somewhere, beside those that lead nowhere."""
    schemathesis.graphql.scalar("ID", st.one_of(st.sampled_from(known), st.text()).map(nodes.String))
    small = st.sampled_from([0, 1, 2, 5, 100])
    schemathesis.graphql.scalar("Int", st.one_of(small, st.integers(-(2**31), 2**31 - 1)).map(nodes.Int))


class Fuzz:
    """Sends what is made of each field at the root, and looks at what comes back."""

    def __init__(self, server: Server, tokens: list[str]) -> None:
        self._tokens = tokens
        self._schema = schemathesis.graphql.from_url(server.graphql, headers={"Authorization": f"Bearer {tokens[0]}"})
        self.outcomes: Counter[str] = Counter()

    def run(self, mode: GenerationMode) -> None:
        with requests.Session() as session:
            for root in self._schema:
                for operation in self._schema[root].values():
                    self._ask(session, operation, mode)

    def _ask(self, session: requests.Session, operation: Any, mode: GenerationMode) -> None:
        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode), st.sampled_from(self._tokens))
        def ask(case: Case[Any], token: str) -> None:
            response = case.call(session=session, headers={"Authorization": f"Bearer {token}"})
            self.outcomes[self._look_at(case, response)] += 1

        ask()

    def _look_at(self, case: Case[Any], response: Response) -> str:
        assert response.status_code == 200, (case.body, response.text)
        answer = response.json()
        codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
        assert codes <= TOLD, (case.body, response.text)
        # That the data are what the schema says; it passes over what has errors.
        case.operation.schema.validate_response(case.operation, response, case=case)
        return "answered" if answer.get("data") else "+".join(sorted(codes))


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "broken"])
async def test_whatever_is_asked_nothing_breaks(server: Server, mode: GenerationMode) -> None:
    tokens = [await token(server, viewer) for viewer in await scene()]
    know(await ids())
    fuzz = await asyncio.to_thread(Fuzz, server, tokens)
    await asyncio.to_thread(fuzz.run, mode)
    log = server.log.read_text()
    assert "Traceback" not in log
    assert "internal_error" not in log
    expected = "answered" if mode is GenerationMode.POSITIVE else FaultCode.BAD_USER_INPUT
    assert fuzz.outcomes[expected] > fuzz.outcomes.total() / 2, fuzz.outcomes
