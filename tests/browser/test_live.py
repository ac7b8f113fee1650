"""What arrives by itself, whatever becomes of connections."""

import asyncio
import signal
from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import Browser, expect

from api.actions.connect import connect
from api.actions.person_access import sign_out_person
from api.actions.withdraw import withdraw
from api.models import MentorRequest
from tests.acceptance.servers import Server, running
from tests.acceptance.stories import asked, do
from tests.browser.visitors import PHONE, Visitors, connected, go, marked, moved, never_reloaded, toast
from tests.houses import House, viewer_of
from tests.ports import free_port
from tests.wakers import Recorder

AWAY = "came while you were away"


async def test_an_alert_brings_a_toast_and_a_badge_and_moves_nothing(server: Server, visitors: Visitors) -> None:
    house = await House.build()
    mia, tom = await house.person("Mia"), await house.mentor("Tom", held={"PROG": 5}, required={"PROG": 7})
    pages = [await visitors.sign_in(tom), await visitors.sign_in(tom, viewport=PHONE)]
    for page in pages:
        await page.get_by_role("heading", name="Mentor others").wait_for()
        await moved(page)

    await asked(server, mia, tom)

    for page in pages:
        await expect(toast(page, "Mia asks you to be their mentor")).to_be_visible()
        await expect(page.get_by_role("link", name="Requests 1 waiting", exact=True)).to_be_visible()
        await expect(page.get_by_role("link", name="Notifications 1 unread")).to_be_visible()
        assert await moved(page) == 0


async def test_a_socket_that_was_cut_goes_on_where_it_was_with_what_came_meanwhile(
    database: str, tmp_path: Path, browser: Browser
) -> None:
    house = await House.build()
    mia, tom = await house.person("Mia"), await house.mentor("Tom")
    port, data = free_port(), tmp_path / "data"
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(running(data, database_url=database, port=port))
        visitors = Visitors(browser, server.url, server.token)
        visitors.expected = ("ERR_CONNECTION_REFUSED", "WebSocket connection")
        page = await visitors.sign_in(tom, "/requests")
        await marked(page)
        await asked(server, mia, tom)
        await expect(page.get_by_role("article", name="From Mia").get_by_text("Waiting", exact=True)).to_be_visible()

        server.process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(server.process.wait, 10)
        await expect(page.get_by_text("Reconnecting", exact=False).first).to_be_visible()
        # What was there is still there to read.
        await expect(page.get_by_role("article", name="From Mia")).to_be_visible()
        request = await MentorRequest.get(mentor_id=tom.id)
        await withdraw(Recorder(), viewer=viewer_of(mia), request_id=request.id)
        server = await stack.enter_async_context(running(data, database_url=database, port=port))

        await expect(page.get_by_text("Connected", exact=True)).to_be_visible()
        await expect(toast(page, "Mia took their request back")).to_have_count(1)
        await expect(page.get_by_role("article", name="From Mia").get_by_text("Withdrawn", exact=True)).to_be_visible()
        await go(page, "Notifications")
        entries = page.get_by_role("main").get_by_role("article")
        await expect(entries).to_have_count(2)
        await expect(entries.first).to_contain_text(AWAY)
        await expect(entries.last).not_to_contain_text(AWAY)
        # It is live, and not a last look.
        await asked(server, mia, tom)
        await expect(toast(page, "Mia asks you")).to_have_count(2)
        assert await never_reloaded(page)
        await visitors.leave()
        assert visitors.complaints == []


async def test_what_came_while_nobody_was_there_is_marked_until_it_is_read(server: Server, visitors: Visitors) -> None:
    house = await House.build()
    mia, tom = await house.person("Mia"), await house.mentor("Tom")
    await asked(server, mia, tom)

    page = await visitors.sign_in(tom, "/notifications")

    await expect(toast(page, "Mia")).to_have_count(0)
    await expect(page.get_by_role("article")).to_contain_text([AWAY])
    await page.get_by_role("button", name="Mark all as read").click()
    await expect(page.get_by_text("Everything is read.")).to_be_visible()
    await expect(page.get_by_text(AWAY)).to_have_count(0)
    await expect(page.get_by_role("link", name="Notifications", exact=True)).to_be_visible()


async def test_a_page_that_is_loaded_again_hears_what_came_in_between_and_nothing_twice(
    server: Server, visitors: Visitors
) -> None:
    house = await House.build()
    mia, tom = await house.person("Mia"), await house.mentor("Tom")
    page = await visitors.sign_in(tom)
    request = await asked(server, mia, tom)
    await expect(toast(page, "Mia asks you")).to_be_visible()

    await page.goto("about:blank")
    assert (await do(server, mia, "withdraw", requestId=request))["error"] is None
    await page.go_back()
    await connected(page)

    await expect(toast(page, "Mia took their request back")).to_be_visible()
    await expect(toast(page, "Mia asks you")).to_have_count(0)


async def test_much_that_came_meanwhile_is_one_alert(server: Server, visitors: Visitors) -> None:
    house = await House.build()
    tom = await house.mentor("Tom")
    page = await visitors.sign_in(tom)
    await page.goto("about:blank")
    for _ in range(4):
        await connect(Recorder(), viewer=viewer_of(await house.person()), mentor_id=tom.id)

    await page.go_back()

    await toast(page, "4 things came while you were away").get_by_role("link").click()
    await expect(page.get_by_role("main").get_by_role("article")).to_have_count(4)


async def test_whoever_is_signed_out_elsewhere_is_told_so(database: str, tmp_path: Path, browser: Browser) -> None:
    tom = await (await House.build()).mentor("Tom")
    async with running(tmp_path / "data", database_url=database, MENTORING_CHECK_SECONDS="0.2") as server:
        visitors = Visitors(browser, server.url, server.token)
        page = await visitors.sign_in(tom, "/requests")

        await sign_out_person(Recorder(), person=tom)

        await expect(page.get_by_role("alert")).to_contain_text("This token is not valid any more; sign in again.")
        await expect(page.get_by_role("heading", name="Sign in")).to_be_focused()
        await visitors.leave()


async def test_a_cursor_that_fits_no_more_is_given_up_and_the_page_goes_on(server: Server, visitors: Visitors) -> None:
    house = await House.build()
    mia, tom = await house.person("Mia"), await house.mentor("Tom")
    page = await visitors.sign_in(tom, "/requests")
    of_nobody = (
        "for (const name of Object.keys(sessionStorage)) if (name.includes('cursor')) sessionStorage[name] = 'x'"
    )
    await page.evaluate(of_nobody)
    await page.reload()
    await connected(page)

    await asked(server, mia, tom)

    await expect(toast(page, "Mia asks you")).to_be_visible()


async def test_it_works_where_trusted_documents_alone_are_run(database: str, tmp_path: Path, browser: Browser) -> None:
    house = await House.build()
    mia = await house.person("Mia", held={"PROG": 3}, required={"PROG": 5})
    tom = await house.mentor("Tom", held={"PROG": 5})
    async with running(tmp_path / "data", database_url=database, MENTORING_DOCUMENTS_ALONE="true") as server:
        visitors = Visitors(browser, server.url, server.token)
        mentee, mentor = await visitors.sign_in(mia, "/find"), await visitors.sign_in(tom)

        await mentee.get_by_role("button", name="Connect with Tom").click()
        await mentee.get_by_role("button", name="Send request").click()

        await expect(toast(mentor, "Mia asks you")).to_be_visible()
        refused = (await server.ask_raw(server.token(mia), "{ viewer { id } }")).json()
        assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        await visitors.leave()
        assert visitors.complaints == []
