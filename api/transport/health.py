"""Whether the process lives, whether it can serve, and what it can be measured by."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from api.metrics import CONTENT_TYPE, Metrics
from api.notifications.wakeups import Wakeups
from api.settings import Settings

_SECONDS_TO_ANSWER: Final = 2.0
_FORWARDED: Final = ("forwarded", "x-forwarded-for")
_LOOPBACK: Final = ("127.", "::1", "::ffff:127.")


class Health:
    """What probes ask. ``pending`` names the migrations that the database lacks; ``stopping`` is set when the process
    has been told to stop, so that a balancer sends nobody any more.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        wakeups: Wakeups,
        metrics: Metrics,
        pending: Callable[[], Awaitable[Sequence[str]]],
    ) -> None:
        self._settings = settings
        self._wakeups = wakeups
        self._metrics = metrics
        self._pending = pending
        self.stopping = False

    def routes(self) -> list[BaseRoute]:
        routes: list[BaseRoute] = [Route("/health/live", self.live), Route("/health/ready", self.ready)]
        if self._settings.metrics != "off":
            routes.append(Route("/metrics", self.measured))
        return routes

    async def live(self, _request: Request) -> Response:
        """200 while the process answers at all."""
        return JSONResponse({"status": "live"})

    async def ready(self, _request: Request) -> Response:
        """200 where people can be served, else 503. Without the broker they can: alerts from other processes are
        a second late.
        """
        parts: dict[str, Any] = {
            **await self._database(),
            "broker": "connected" if self._wakeups.is_connected else "degraded",
        }
        status = "stopping" if self.stopping else parts.pop("status")
        parts.pop("status", None)
        return JSONResponse({"status": status, **parts}, status_code=200 if status == "ready" else 503)

    async def _database(self) -> dict[str, Any]:
        try:
            async with asyncio.timeout(_SECONDS_TO_ANSWER):
                pending = await self._pending()
        except Exception:  # noqa: BLE001 - whatever keeps the database from answering, we are not ready
            return {"status": "unavailable", "database": "unavailable"}
        if pending:
            how = "run `mentoring-api migrate`"
            return {"status": "outdated", "database": "ready", "migrations": {"pending": list(pending), "how": how}}
        return {"status": "ready", "database": "ready", "migrations": "current"}

    async def measured(self, request: Request) -> Response:
        """Prometheus' text. To nobody but this machine, unless the settings say otherwise."""
        if self._settings.metrics == "local" and not _is_local(request):
            return Response("Metrics are for this machine alone; MENTORING_METRICS=all opens them.\n", 403)
        return Response(await self._metrics.exposition(), headers={"Content-Type": CONTENT_TYPE})


def _is_local(request: Request) -> bool:
    """A proxy on this machine is no excuse: whoever comes through it comes from elsewhere."""
    forwarded = any(header in request.headers for header in _FORWARDED)
    return request.client is not None and request.client.host.startswith(_LOOPBACK) and not forwarded
