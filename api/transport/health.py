"""Whether the process lives, and whether it can serve."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from tortoise.connection import get_connection


async def live(_request: Request) -> Response:
    return JSONResponse({"status": "live"})


async def ready(_request: Request) -> Response:
    """200 once the database answers, else 503."""
    try:
        await get_connection("default").execute_query("SELECT 1 FROM organisation LIMIT 1")
    except Exception:  # noqa: BLE001 - whatever keeps the database from answering, we are not ready
        return JSONResponse({"status": "unavailable", "database": "unavailable"}, status_code=503)
    return JSONResponse({"status": "ready", "database": "ready"})
