"""What browsers are told, whoever's page asks: nobody is signed in here, so nothing is run."""

import re
from collections.abc import Sequence

import httpx
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.websockets import WebSocket

from api.app import create_app
from api.settings import Settings
from api.transport.origins import Origins
from api.transport.requests import PREFLIGHTED

FRIEND, STRANGER = "https://app.example", "https://evil.example"
QUERY = {"query": "{ viewer { name } }"}
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


def app_of(**settings: object) -> Starlette:
    return create_app(Settings(worker=False, index=False, **settings))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def alone() -> Starlette:
    """Serves its own pages and nobody else's."""
    return app_of()


@pytest.fixture(scope="module")
def with_a_friend() -> Starlette:
    return app_of(allowed_origins=(f"{FRIEND}/", "HTTPS://Other.example:443"), hsts_seconds=31_536_000)


def client_of(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://mentoring.example")


EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
}
ON_PAGES = {
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
ANSWERS = ["/graphql", "/graphql?query={viewer{name}}", "/health/live", "/nowhere", "/assets/nothing.js", "/metrics"]


@pytest.mark.parametrize("path", ["/", "/graphiql/", *ANSWERS])
async def test_every_answer_is_safe_to_get(alone: Starlette, path: str) -> None:
    async with client_of(alone) as client:
        for method in ("GET", "POST", "DELETE"):
            answer = await client.request(method, path)
            assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
            (policy,) = answer.headers.get_list("content-security-policy")
            assert "frame-ancestors" in policy
            assert "set-cookie" not in answer.headers
            assert "strict-transport-security" not in answer.headers
            assert "server" not in answer.headers


@pytest.mark.parametrize("path", ANSWERS)
async def test_what_is_no_page_is_kept_nowhere_and_may_do_nothing(alone: Starlette, path: str) -> None:
    async with client_of(alone) as client:
        answer = await client.get(path)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; frame-ancestors 'none'")


@pytest.mark.parametrize(("path", "framed"), [("/", "SAMEORIGIN"), ("/find", "SAMEORIGIN"), ("/graphiql/", "DENY")])
async def test_a_page_says_what_it_needs_nothing_of(alone: Starlette, path: str, framed: str) -> None:
    async with client_of(alone) as client:
        page = await client.get(path)
    assert page.headers["content-type"].startswith("text/html")
    assert {name: page.headers.get(name) for name in ON_PAGES} == ON_PAGES
    assert page.headers["x-frame-options"] == framed


@pytest.mark.parametrize("path", ["/graphql/", "/graphiql", "/find/", "/health/live/", "/graphiql/assets"])
async def test_no_redirect_leads_to_another_host_or_to_plain_http(alone: Starlette, path: str) -> None:
    """A proxy that ends TLS speaks plain HTTP with us, and what it says of `Host` is the client's word."""
    async with client_of(alone) as client:
        answer = await client.get(path, headers={"Host": "elsewhere.example"})
    assert answer.headers.get("location", "/").startswith("/")


async def test_an_answer_that_nobody_foresaw_is_safe_too_and_says_nothing_of_why() -> None:
    def fail(_request: Request) -> Response:
        raise LookupError("a secret")

    app = app_of()
    app.router.routes.insert(0, Route("/broken", fail))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://mentoring.example") as client:
        answer = await client.get("/broken")
    assert (answer.status_code, "secret" in answer.text) == (500, False)
    assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    assert answer.headers["cache-control"] == "no-store"


async def test_graphiql_loads_nothing_from_elsewhere_and_its_files_are_kept(alone: Starlette) -> None:
    async with client_of(alone) as client:
        page = await client.get("/graphiql/")
        policy = dict(each.strip().split(" ", 1) for each in page.headers["content-security-policy"].split(";"))
        assert policy == {
            "default-src": "'self'",
            "style-src": "'self' 'unsafe-inline'",
            "img-src": "'self' data:",
            "connect-src": "'self' ws://mentoring.example wss://mentoring.example",
            "object-src": "'none'",
            "frame-ancestors": "'none'",
            "base-uri": "'none'",
            "form-action": "'self'",
        }
        assert page.headers["cache-control"] == "no-cache"
        assert not re.search(r"<script(?![^>]* src=)|https?://", page.text)
        (script,) = re.findall(r'src="(/graphiql/[^"]+)"', page.text)
        file = await client.get(script)
        assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
        gone = await client.get("/graphiql/assets/nothing.js")
        assert (gone.status_code, gone.headers["cache-control"]) == (404, "no-store")


async def test_hsts_is_said_for_as_long_as_the_setting_says(with_a_friend: Starlette) -> None:
    async with client_of(with_a_friend) as client:
        for path in ("/", "/graphql", "/nowhere"):
            assert (await client.get(path)).headers["strict-transport-security"] == "max-age=31536000"


async def test_a_page_of_a_friend_may_ask_and_its_browser_remembers_so(with_a_friend: Starlette) -> None:
    async with client_of(with_a_friend) as client:
        for origin in (FRIEND, "https://other.example"):
            asked = await client.options("/graphql", headers={"Origin": origin, **PREFLIGHT})
            assert asked.status_code == 200
            assert asked.headers["access-control-allow-origin"] == origin
            assert int(asked.headers["access-control-max-age"]) >= 600
            assert "access-control-allow-credentials" not in asked.headers
            answer = await client.post("/graphql", json=QUERY, headers={"Origin": origin})
            assert answer.headers["access-control-allow-origin"] == origin
            assert "access-control-allow-credentials" not in answer.headers


async def test_its_page_may_send_what_clients_send(with_a_friend: Starlette) -> None:
    sent = ["authorization", "last-event-id", "x-request-id", "x-graphql-event-stream-token", *PREFLIGHTED]
    async with client_of(with_a_friend) as client:
        for header in sent:
            asking = {"Origin": FRIEND, **PREFLIGHT, "Access-Control-Request-Headers": header.lower()}
            assert (await client.options("/graphql", headers=asking)).status_code == 200


@pytest.mark.parametrize("origin", [STRANGER, "null", "http://app.example", f"{FRIEND}.evil.example", f"{FRIEND}:8443"])
async def test_a_page_of_anybody_else_may_not(with_a_friend: Starlette, alone: Starlette, origin: str) -> None:
    for app in (with_a_friend, alone):
        async with client_of(app) as client:
            asked = await client.options("/graphql", headers={"Origin": origin, **PREFLIGHT})
            answer = await client.post("/graphql", json=QUERY, headers={"Origin": origin})
        assert asked.status_code >= 400
        assert "access-control-allow-origin" not in asked.headers
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("headers", [{}, {"Origin": STRANGER}, {"Origin": FRIEND}], ids=str)
async def test_what_depends_on_the_origin_says_so(with_a_friend: Starlette, headers: dict[str, str]) -> None:
    async with client_of(with_a_friend) as client:
        answer = await client.post("/graphql", json=QUERY, headers=headers)
        page = await client.get("/", headers=headers)
        asked = await client.options("/graphql", headers={**PREFLIGHT, "Origin": STRANGER, **headers})
    for each in (answer, page, asked):
        assert "Origin" in [name.strip() for name in each.headers["vary"].split(",")]


@pytest.mark.parametrize(
    ("method", "headers", "body"),
    [
        ("GET", {}, b""),
        ("POST", {"Content-Type": "text/plain"}, b'{"query": "mutation { a }"}'),
        ("POST", {"Content-Type": "application/x-www-form-urlencoded"}, b"query=mutation{a}"),
        ("POST", {"Content-Type": "multipart/form-data; boundary=x"}, b"--x--"),
        ("POST", {"Content-Type": "application/json"}, b'{"query": "mutation { a }"}'),
    ],
    ids=["get", "text", "form", "upload", "json"],
)
async def test_what_any_page_can_send_unasked_runs_nothing(
    alone: Starlette, method: str, headers: dict[str, str], body: bytes
) -> None:
    """A request without `Authorization` is anonymous, whatever cookies a browser adds: nothing is run for it. One with
    `Authorization` makes a browser ask first (CORS), so that no header of our own is needed for that.
    """
    cookies = {"Cookie": "token=any; authorization=Bearer any; session=any", "Origin": STRANGER}
    async with client_of(alone) as client:
        answer = await client.request(
            method, "/graphql", params={"query": "{viewer{name}}"}, headers=headers | cookies, content=body
        )
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("origin", "host", "allowed", "opens"),
    [
        (None, "mentoring.example", (), True),
        ("https://mentoring.example", "mentoring.example", (), True),
        ("https://mentoring.example:443", "mentoring.example", (), True),
        ("https://mentoring.example", "mentoring.example:443", (), True),
        ("http://localhost:8000", "localhost:8000", (), True),
        ("http://localhost:8001", "localhost:8000", (), False),
        ("https://evil.example", "mentoring.example", (), False),
        ("https://mentoring.example.evil.example", "mentoring.example", (), False),
        ("https://evil.example/mentoring.example", "mentoring.example", (), False),
        ("https://mentoring.example@evil.example", "mentoring.example", (), False),
        ("null", "mentoring.example", (), False),
        ("", "mentoring.example", (), False),
        ("null", "", (), False),
        ("https://[", "mentoring.example", (), False),
        (FRIEND, "mentoring.example", (FRIEND,), True),
        ("https://APP.example:443", "mentoring.example", (FRIEND,), True),
        ("http://app.example", "mentoring.example", (FRIEND,), False),
        ("null", "mentoring.example", (FRIEND,), False),
        (STRANGER, "mentoring.example", (FRIEND,), False),
        (STRANGER, "mentoring.example", ("*",), True),
    ],
)
def test_pages_of_ours_and_of_friends_open_sockets_and_no_others(
    origin: str | None, host: str, allowed: Sequence[str], opens: bool
) -> None:
    # What a stranger says of how they came counts for nothing.
    headers = {"host": host, "x-forwarded-host": "evil.example", "forwarded": "host=evil.example;proto=https"}
    headers |= {} if origin is None else {"origin": origin}
    socket = WebSocket({"type": "websocket", "headers": Headers(headers).raw}, receive=None, send=None)  # type: ignore[arg-type]
    assert Origins(allowed).allow(socket) is opens
