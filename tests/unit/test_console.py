"""How the console is served: a page wherever mails lead, and files that never change."""

import gzip
import re

import httpx
import pytest
from starlette.applications import Starlette

from api.domain.ids import encode_id
from api.transport.console import PATHS, Console
from tests.snippets import ROOT

FOLDER = ROOT / "api" / "static" / "console"
APP = httpx.ASGITransport(Starlette(routes=Console(FOLDER).routes()))


async def got(path: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=APP, base_url="http://mentoring.example:8000") as client:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await client.get(path, headers=named)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        f"/requests/{encode_id('MentorRequest', 7)}",
        f"/mentorships/{encode_id('Mentorship', 7)}",
        f"/mentors/{encode_id('Mentor', 7)}",
        "/settings/notifications",
    ],
)
async def test_every_link_in_a_mail_leads_to_the_page(path: str) -> None:
    page = await got(path)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"


def test_the_page_and_the_server_know_the_same_paths() -> None:
    pages = (ROOT / "web" / "console" / "src" / "app" / "pages.tsx").read_text()
    patterns = re.findall(r"\[/\^(\S+?)\$/,", pages)
    assert {pattern.replace("\\/", "/").replace("([^/]+)", "{id}") for pattern in patterns} | {"/demo"} == set(PATHS)


async def test_the_page_may_load_nothing_from_elsewhere_and_hold_nothing_inline() -> None:
    page = await got("/")
    policy = dict(each.strip().split(" ", 1) for each in page.headers["content-security-policy"].split(";"))
    assert policy == {
        "default-src": "'self'",
        "connect-src": "'self' ws://mentoring.example:8000 wss://mentoring.example:8000",
        "object-src": "'none'",
        "frame-ancestors": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
    }
    assert not re.search(r"<style|style=|<script(?![^>]* src=)", page.text)


@pytest.mark.parametrize("host", ["evil.example; script-src *", "a b", ""])
async def test_a_host_that_is_none_adds_nothing_to_the_policy(host: str) -> None:
    page = await got("/", host=host)
    assert "connect-src 'self';" in page.headers["content-security-policy"]


async def test_a_page_that_is_known_already_is_not_sent_again() -> None:
    first = await got("/")
    again = await got("/find", if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert (await got("/", if_none_match='W/"another"')).status_code == 200


async def test_files_are_kept_for_ever_under_names_that_hold_their_hash() -> None:
    page = (await got("/")).text
    names = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page)
    assert names
    for name in names:
        file = await got(name)
        assert file.status_code == 200
        assert "immutable" in file.headers["cache-control"]
        assert re.search(r"-[\w-]{8}\.\w+$", name)


@pytest.mark.parametrize(
    ("accepted", "zipped"),
    [("gzip, br", True), ("br, gzip;q=0.5", True), ("identity", False), ("gzip;q=0", False), ("gzip;q=0.0, br", False)],
)
async def test_files_are_compressed_for_whoever_takes_that(accepted: str, zipped: bool) -> None:
    page = await got("/", accept_encoding=accepted)
    assert page.headers.get("content-encoding") == ("gzip" if zipped else None)
    assert page.headers["vary"] == "Accept-Encoding"
    assert page.text == (FOLDER / "index.html").read_text()


@pytest.mark.parametrize("path", ["/assets/nothing.js", "/assets/..%2Findex.html", "/nowhere", "/requests/a/b"])
async def test_what_is_not_there_is_not_found(path: str) -> None:
    assert (await got(path)).status_code == 404


def test_the_first_load_is_small() -> None:
    files = [FOLDER / "index.html", *(FOLDER / "assets").iterdir()]
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) < 150_000
