"""The application, put together in one function: nothing is made at import."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from api.actions.work import all_carried_through
from api.auth.keys import LocalKeys, push_key
from api.auth.published import PublishedKeys
from api.auth.tokens import Authenticator
from api.costing import Bounds
from api.database import connections, database_url
from api.http_server import HEALTH
from api.metrics import Metrics
from api.migrate import pending_migrations
from api.notifications.push.offer import offer_of
from api.notifications.wakeups import Wakeups
from api.notifications.watch import LogWatch
from api.rates import Places, Rate, Settling
from api.resolvers.context import Services
from api.schema.build import build_schema
from api.schema.disclosure import Disclosure
from api.search.index.organisations import MatchIndex
from api.search.indexed import IndexedMentorSearch
from api.search.ranking import PostgresMentorSearch
from api.settings import Settings
from api.tracing import exported
from api.transport.admission import Admission
from api.transport.console import Console
from api.transport.endpoint import GraphQLEndpoint
from api.transport.errors import unheard
from api.transport.graphiql import GraphiQL
from api.transport.headers import SAFE, SafeHeaders
from api.transport.health import Health
from api.transport.identification import REQUEST_ID
from api.transport.limits import Limits
from api.transport.operations import Operations
from api.transport.origins import Origins
from api.transport.persisted import Documents, read_manifest
from api.transport.requests import PREFLIGHTED
from api.transport.reservations import STREAM_HEADER, Reservations
from api.worker import build_worker

GRAPHQL_PATH: Final = "/graphql"
GRAPHIQL_PATH: Final = "/graphiql/"
_SECONDS_TO_FINISH: Final = 1.0
_SECONDS_OF_PREFLIGHT: Final = 600
_GRAPHIQL_FILES: Final = Path(__file__).parent / "static" / "graphiql"
_CONSOLE_FILES: Final = Path(__file__).parent / "static" / "console"


def create_app(settings: Settings) -> Starlette:
    """The ASGI application. While it runs it holds the database's connections and listens for wake-ups."""
    wakeups = Wakeups(settings.broadcast_url)
    index = MatchIndex(most_bytes=settings.index_megabytes << 20) if settings.index else None
    plain = PostgresMentorSearch()
    services = Services(
        search=IndexedMentorSearch(index, plain) if index else plain,
        wakeups=wakeups,
        poll_seconds=settings.poll_seconds,
        push=offer_of(settings, partial(push_key, settings)),
    )
    metrics = Metrics()
    keys = PublishedKeys(settings.jwks_url) if settings.jwks_url else LocalKeys(settings.signing_key_file)
    schema = build_schema(
        subgraph=settings.subgraph,
        compiled=settings.compiled,
        bounds=bounds_of(settings),
        disclosure=Disclosure(introspection=settings.introspection, suggestions=settings.suggestions),
    )
    admission = admission_of(settings)
    operations = Operations(schema, services, metrics, documents_of(settings), admission)
    authenticator = Authenticator(settings, keys)
    origins = Origins(settings.allowed_origins)
    limits = Limits(
        ping_seconds=settings.ping_seconds,
        operations=settings.socket_operations,
        check_seconds=settings.check_seconds,
    )
    endpoint = GraphQLEndpoint(
        operations,
        authenticator=authenticator,
        admission=admission,
        origins=origins,
        limits=limits,
        graphiql_path=GRAPHIQL_PATH if settings.graphiql else None,
        metrics=metrics,
        reservations=Reservations(
            operations,
            authenticator=authenticator,
            admission=admission,
            wakeups=wakeups,
            poll_seconds=settings.poll_seconds,
            limits=limits,
        ),
    )

    health = Health(settings, wakeups=wakeups, metrics=metrics, pending=pending_migrations)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[dict[str, Any]]:
        asyncio.get_running_loop().set_exception_handler(unheard)
        with exported(settings), database_url(settings) as url:
            async with (
                connections(settings, url),
                wakeups.running(),
                Settling(settings.broadcast_url, admission.rates).running(),
                LogWatch(wakeups, seconds=settings.watch_seconds).running(),
                metrics.sampled(wakeups, lambda: operations.spared),
                index.running(wakeups, settings.poll_seconds) if index else nullcontext(),
                _working(settings, url, wakeups, metrics),
            ):
                yield {HEALTH: health}
                await all_carried_through(seconds=_SECONDS_TO_FINISH)

    routes: list[BaseRoute] = [
        *health.routes(),
        # Some clients put a slash at the end, and to a redirect they would send no body, or no token.
        *(kind(path, endpoint) for path in (GRAPHQL_PATH, f"{GRAPHQL_PATH}/") for kind in (Route, WebSocketRoute)),
    ]
    if settings.console:
        routes.extend(Console(_CONSOLE_FILES).routes())
    if settings.graphiql:
        routes.append(Route("/", _to_graphiql))  # where there is no console
        routes.append(Route(GRAPHIQL_PATH.rstrip("/"), _to_graphiql))
        routes.append(Mount(GRAPHIQL_PATH, GraphiQL(directory=_GRAPHIQL_FILES, html=True)))
    app = Starlette(
        routes=routes,
        middleware=_middleware(settings, origins),
        exception_handlers={404: _nowhere, Exception: _broken},
        lifespan=lifespan,
    )
    # It would lead to plain HTTP, where a proxy ends TLS.
    app.router.redirect_slashes = False
    return app


def bounds_of(settings: Settings) -> Bounds:
    """How large a document may be."""
    return Bounds(
        tokens=settings.query_tokens,
        depth=settings.query_depth,
        width=settings.query_width,
        root_fields=settings.query_root_fields,
        aliases=settings.query_aliases,
        directives=settings.query_directives,
        cost=settings.query_cost,
    )


def admission_of(settings: Settings) -> Admission:
    """How much one may ask, and keep open."""
    return Admission(
        operations=Rate("operations", settings.person_operations),
        points=Rate("points", settings.person_points),
        strangers=Rate("strangers", settings.address_strangers),
        of_person=Places(settings.person_connections),
        of_address=Places(settings.address_connections),
        trusted=settings.trusted_proxies,
    )


def documents_of(settings: Settings) -> Documents:
    """The documents that the settings trust. Raises ``NotAManifest``."""
    trusted = read_manifest(settings.documents) if settings.documents else {}
    if settings.console and settings.documents_alone:
        trusted |= read_manifest(_CONSOLE_FILES / "documents.json")
    return Documents(trusted, trusted_alone=settings.documents_alone)


@asynccontextmanager
async def _working(settings: Settings, url: str, wakeups: Wakeups, metrics: Metrics) -> AsyncIterator[None]:
    if not settings.worker:
        yield
        return
    async with build_worker(settings, url, wakeups, metrics).running():
        yield


def _to_graphiql(_request: Request) -> Response:
    return RedirectResponse(GRAPHIQL_PATH)


def _nowhere(_request: Request, _error: Exception) -> Response:
    return Response(f"There is nothing at this path. The API is at {GRAPHQL_PATH}.\n", 404, media_type="text/plain")


def _broken(_request: Request, _error: Exception) -> Response:
    """Where nobody foresaw what went wrong; no middleware of ours sees this. The server logs the error."""
    headers = {name.decode(): value.decode() for name, value in SAFE}
    return Response("Something went wrong on our side.\n", 500, headers=headers, media_type="text/plain")


def _middleware(settings: Settings, origins: Origins) -> list[Middleware]:
    """The outermost first: what CORS answers by itself is made safe as well."""
    safe = Middleware(SafeHeaders, hsts_seconds=settings.hsts_seconds)
    if not origins.allowed:
        return [safe]
    # Nobody is known by a cookie: browsers are to send none, whoever asks.
    sharing = Middleware(
        CORSMiddleware,
        allow_origins=sorted(origins.allowed),
        allow_methods=["GET", "POST", "PUT", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Last-Event-ID", REQUEST_ID, STREAM_HEADER, *PREFLIGHTED],
        allow_credentials=False,
        expose_headers=[REQUEST_ID, "Retry-After", "WWW-Authenticate"],
        max_age=_SECONDS_OF_PREFLIGHT,
    )
    return [safe, sharing]
