"""The inbox without GraphQL: Starlette, asyncpg and orjson, with the SQL that the Node peers send."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg
import orjson
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_INBOX: Final = """
SELECT request.id, request.status, request.message, request.percent, request.created_at,
       mentee.id AS mentee_id, mentee.name, mentee.job_title, mentee.location
FROM peer.viewer($1, $2) AS viewer
JOIN mentor_request AS request ON request.mentor_id = viewer.id
JOIN person AS mentee ON mentee.id = request.mentee_id
ORDER BY request.id DESC LIMIT $3
"""
_GAPS: Final = """
SELECT request_id, current_level, required_level, mentor_level, code, name
FROM request_gap JOIN skill ON skill.id = request_gap.skill_id
WHERE request_id = ANY($1) ORDER BY request_id, code
"""


class _Service:
    pool: asyncpg.Pool

    def __init__(self) -> None:
        self._key = ECKey.import_key(os.environ["TOKEN_KEY"])
        self._registry = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": os.environ["TOKEN_ISSUER"]},
            aud={"essential": True, "value": os.environ["TOKEN_AUDIENCE"]},
            exp={"essential": True},
        )
        # The Node peers keep what they have verified, too.
        self._verified: dict[str, dict[str, Any]] = {}

    @asynccontextmanager
    async def lifespan(self, _application: Starlette) -> AsyncIterator[None]:
        size = int(os.environ["POOL_SIZE"])
        async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=size, max_size=size) as self.pool:
            yield

    async def inbox(self, request: Request) -> Response:
        claims = self._claims(request.headers["authorization"].removeprefix("Bearer "))
        first = orjson.loads(await request.body())["variables"]["first"]
        async with self.pool.acquire() as connection:
            rows = await connection.fetch(_INBOX, claims["sub"], float(claims["iat"]), first + 1)
            gaps = await connection.fetch(_GAPS, [row["id"] for row in rows[:first]])
        return Response(orjson.dumps(_answer(rows, gaps, first)), media_type="application/json")

    def _claims(self, token: str) -> dict[str, Any]:
        if token not in self._verified:
            claims = jwt.decode(token, self._key, algorithms=["ES256"]).claims
            self._verified[token] = claims
        claims = self._verified[token]
        self._registry.validate(claims)
        return claims


def _answer(rows: list[asyncpg.Record], gaps: list[asyncpg.Record], first: int) -> dict[str, Any]:
    gaps_of: dict[int, list[dict[str, Any]]] = {row["id"]: [] for row in rows}
    for gap in gaps:
        request_id, current, required, mentor, code, name = gap
        gaps_of[request_id].append(
            {
                "skill": {"code": code, "name": name},
                "currentLevel": current,
                "requiredLevel": required,
                "mentorLevel": mentor,
            }
        )
    nodes = [
        {
            "id": str(identity),
            "status": status,
            "message": message,
            "percent": percent,
            "createdAt": created_at,
            "mentee": {"id": str(mentee_id), "name": name, "jobTitle": job_title, "location": location},
            "gaps": gaps_of[identity],
        }
        for identity, status, message, percent, created_at, mentee_id, name, job_title, location in rows[:first]
    ]
    return {"data": {"requests": {"nodes": nodes, "pageInfo": {"hasNextPage": len(rows) > first}}}}


_service = _Service()
application = Starlette(routes=[Route("/graphql", _service.inbox, methods=["POST"])], lifespan=_service.lifespan)
