"""A network that is slow, or away for a moment."""

import asyncio
from typing import Any

from playwright.async_api import Page, expect

from api.models import MentorRequest
from tests.acceptance.servers import Server
from tests.browser.visitors import Visitors, toast
from tests.houses import House


async def held_back(page: Page) -> asyncio.Event:
    """Every answer waits until the event is set."""
    let_go = asyncio.Event()

    async def wait(route: Any) -> None:
        await let_go.wait()
        await route.continue_()

    await page.route("**/graphql", wait)
    return let_go


async def test_while_the_answer_is_under_way_its_outline_is_there(server: Server, visitors: Visitors) -> None:
    mia = await (await House.build()).person("Mia")
    page = await visitors.page()
    let_go = await held_back(page)

    await page.goto(f"{server.url}/#token={server.token(mia)}")

    await expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="Loading…")).to_be_visible()
    let_go.set()
    await expect(page.get_by_role("heading", name="Mia")).to_be_visible()


async def test_before_the_script_is_there_the_page_says_that_it_comes(server: Server, visitors: Visitors) -> None:
    page = await visitors.page()
    await page.route("**/assets/*.js", lambda route: route.abort())
    visitors.expected = ("ERR_FAILED",)
    await page.goto(server.url)
    await expect(page.get_by_text("Loading Mentoring…")).to_be_visible()


async def test_what_could_not_be_read_can_be_asked_for_again(server: Server, visitors: Visitors) -> None:
    mia = await (await House.build()).person("Mia")
    page = await visitors.sign_in(mia)
    visitors.expected = ("ERR_FAILED",)
    await page.route("**/graphql", lambda route: route.abort())

    await page.get_by_role("link", name="Mentorships").click()
    await expect(page.get_by_role("alert")).to_contain_text("The server could not be reached.")
    await page.unroute("**/graphql")
    await page.get_by_role("button", name="Try again").click()

    await expect(page.get_by_text("No mentorship goes on at the moment.")).to_be_visible()


async def test_a_request_whose_answer_was_lost_is_made_once(server: Server, visitors: Visitors) -> None:
    house = await House.build()
    mia = await house.person("Mia", held={"PROG": 3}, required={"PROG": 5})
    tom = await house.mentor("Tom", held={"PROG": 5})
    page, mentor = await visitors.sign_in(mia, "/find"), await visitors.sign_in(tom)
    visitors.expected = ("ERR_FAILED",)
    await page.get_by_role("button", name="Connect with Tom").click()

    async def lose_the_answer(route: Any) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/graphql", lose_the_answer, times=1)
    await page.get_by_role("button", name="Send request").click()
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("Nothing is lost; try again.")
    await page.get_by_role("button", name="Send request").click()

    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(toast(mentor, "Mia asks you")).to_have_count(1)
    assert await MentorRequest.all().count() == 1
