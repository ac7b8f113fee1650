"""Servers with nothing to do: what HTTP alone allows, and what the load can ask for at most."""

import os
from pathlib import Path
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"11")]


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """The least that uvicorn can serve."""
    if scope["type"] == "lifespan":
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": b'{"data":{}}'})


def starlette_with(answer: object) -> Starlette:
    """An answer that is there already, written as JSON each time."""

    async def endpoint(request: Request) -> Response:
        orjson.loads(await request.body())
        return Response(orjson.dumps(answer), media_type="application/json")

    return Starlette(routes=[Route("/graphql", endpoint, methods=["POST"])])


starlette = starlette_with(orjson.loads(Path(os.environ["MEMORY"]).read_bytes()) if "MEMORY" in os.environ else None)
