"""Before anything is measured: everybody gives the same answer to the same question, and writes the same rows."""

import itertools
import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

import asyncpg
import httpx
import orjson

from bench.questions import Question
from bench.servers import Place, Server

_QUESTIONS: Final = 5
_SECONDS_TO_ANSWER: Final = 120.0

# What one `connect` leaves behind, without keys and times.
_WRITTEN: Final = """
SELECT
    (SELECT jsonb_agg(to_jsonb(row) - '{id,created_at,expires_at}'::text[]) FROM mentor_request AS row WHERE id > $1)
        AS request,
    (SELECT jsonb_agg(to_jsonb(row) - '{id,request_id}'::text[] ORDER BY skill_id) FROM request_gap AS row
        WHERE request_id > $1) AS gaps,
    (SELECT jsonb_agg(to_jsonb(row) - '{id,at,subject_id}'::text[]) FROM audit_entry AS row) AS audit,
    (SELECT jsonb_agg(to_jsonb(row) - '{id,created_at,request_id}'::text[]) FROM event AS row) AS events,
    (SELECT jsonb_agg(to_jsonb(row) - 'epoch') FROM event_log AS row) AS logs,
    (SELECT jsonb_agg(jsonb_build_array(queue_name, task_name, priority, lock, status)) FROM procrastinate_jobs) AS jobs
"""

_UNDO: Final = """
DELETE FROM procrastinate_events; DELETE FROM procrastinate_jobs;
DELETE FROM event; DELETE FROM event_log; DELETE FROM audit_entry;
DELETE FROM request_gap WHERE request_id > {last}; DELETE FROM mentor_request WHERE id > {last};
"""


class Disagreement(Exception):  # noqa: N818 - what came of a comparison
    """Two contestants do not do the same, so that comparing how fast they do it would mean nothing."""

    def __init__(self, scenario: str, what: object, one: tuple[str, Any], other: tuple[str, Any]) -> None:
        shown = "\n".join(f"{name}: {json.dumps(answer, default=str)[:3000]}" for name, answer in (one, other))
        super().__init__(f"{scenario}, {what}:\n{shown}")


async def asked(server: Server, place: Place, scenario: str, question: Question) -> bytes:
    """The response as it comes. Raises ``RuntimeError`` where it is an error."""
    headers = {"Authorization": f"Bearer {place.token(question.subject)}", "Content-Type": "application/json"}
    body = server.contestant.asking[scenario].body(question)
    async with httpx.AsyncClient(timeout=_SECONDS_TO_ANSWER) as client:
        response = await client.post(f"http://127.0.0.1:{server.port}/graphql", content=body, headers=headers)
    if response.status_code != httpx.codes.OK or orjson.loads(response.content).get("errors"):
        told = server.log.read_text(errors="replace")[-3000:]
        raise RuntimeError(f"{server.contestant.name}, {scenario}: {response.text[:2000]}\n{told}")
    return response.content


def comparable(server: Server, scenario: str, response: bytes) -> Any:
    return server.contestant.asking[scenario].answer(orjson.loads(response)["data"])


async def agree(servers: Sequence[Server], place: Place, scenario: str, questions: Iterator[Question]) -> None:
    """Raises ``Disagreement``. What the first of them said is kept as what can be answered from memory."""
    for number, question in enumerate(itertools.islice(questions, _QUESTIONS)):
        first = await asked(servers[0], place, scenario, question)
        if not number:
            place.memory(scenario).write_bytes(first)
        expected = comparable(servers[0], scenario, first)
        for server in servers[1:]:
            answer = comparable(server, scenario, await asked(server, place, scenario, question))
            if answer != expected:
                names = servers[0].contestant.name, server.contestant.name
                raise Disagreement(scenario, question, (names[0], expected), (names[1], answer))


class Written:
    """What was written since the beginning: compared and taken back. Vacuumed, too: nobody meets what others left."""

    def __init__(self, connection: asyncpg.Connection, last_request: int) -> None:
        self._connection = connection
        self._last_request = last_request

    @classmethod
    async def since_now(cls, connection: asyncpg.Connection) -> "Written":
        return cls(connection, await connection.fetchval("SELECT max(id) FROM mentor_request"))

    async def agree(self, servers: Sequence[Server], place: Place, questions: Iterator[Question]) -> None:
        """Raises ``Disagreement``."""
        for question in itertools.islice(questions, _QUESTIONS):
            seen: list[tuple[str, Any]] = []
            for server in servers:
                response = await asked(server, place, "connect", question)
                row = await self._connection.fetchrow(_WRITTEN, self._last_request)
                rows = {name: json.loads(value or "null") for name, value in row.items()}
                seen.append((server.contestant.name, {"answer": comparable(server, "connect", response), **rows}))
                await self.undo()
                if seen[-1][1] != seen[0][1]:
                    raise Disagreement("connect", question, seen[0], seen[-1])

    async def settle(self) -> None:
        """Nothing is pending any more of what was asked: everybody can be asked again, and every log stands."""
        await self._connection.execute(
            "UPDATE mentor_request SET status = 'WITHDRAWN', decided_at = now() WHERE status = 'PENDING' AND id > $1",
            self._last_request,
        )

    async def undo(self) -> None:
        await self._connection.execute(_UNDO.format(last=self._last_request))
        await self._connection.execute("VACUUM mentor_request, request_gap, audit_entry, event, event_log")
        await self._connection.execute("VACUUM procrastinate_jobs, procrastinate_events")
