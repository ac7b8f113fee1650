"""Whoever sees, hears, types or holds a phone can use every page."""

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from api.models import Person
from api.schema.node import global_id
from tests.acceptance.servers import Server
from tests.acceptance.stories import asked, do, mentored
from tests.browser.visitors import DESKTOP, PHONE, Visitors, connected, violations
from tests.houses import House


class Scene:
    """Two people between whom there is something of everything."""

    mia: Person
    tom: Person
    paths: dict[str, list[str]]

    @classmethod
    async def build(cls, server: Server) -> "Scene":
        house = await House.build()
        scene = cls()
        wants = {"held": {"PROG": 3, "DESN": 2}, "required": {"PROG": 5, "DESN": 4}, "wants": ["Leadership"]}
        scene.mia, other = await house.person("Mia", job_title="Engineer", **wants), await house.person("Ann", **wants)  # type: ignore[arg-type]
        scene.tom = await house.mentor("Tom", held={"PROG": 4, "DESN": 6}, required={"PROG": 6}, capacity=3)
        ada, bob = [await house.mentor(name, held={"PROG": 5}) for name in ("Ada", "Bob")]
        mentorship = await mentored(server, scene.mia, scene.tom)
        action_type = global_id("ActionType", house.action_types["Mentorship"].id)
        for title in ("Read a book", "Write a test"):
            about = {"title": title, "typeId": action_type, "mentorshipId": mentorship, "dueOn": "2031-02-14"}
            assert (await do(server, scene.mia, "saveAction", **about))["error"] is None
        ended = await mentored(server, scene.mia, ada)
        assert (await do(server, scene.mia, "endMentorship", mentorshipId=ended, reason="It is over."))["error"] is None
        sent, received = await asked(server, scene.mia, bob), await asked(server, other, scene.tom)
        assert (await do(server, bob, "decline", requestId=sent, comment="Not now."))["error"] is None
        shared = ["/", "/mentorships", f"/mentorships/{mentorship}", "/notifications", "/requests", "/profile"]
        mentor = f"/mentors/{global_id('Mentor', ada.id)}"
        scene.paths = {
            "mia": [*shared, f"/mentorships/{ended}", "/find", mentor, "/preferences", "/plan", f"/requests/{sent}",
                    "/requests?box=received", "/settings/notifications", "/requests/nothing"],
            "tom": [*shared, f"/requests/{received}"],
        }  # fmt: skip
        return scene


async def opened(page: Page, url: str) -> None:
    await page.goto(url)
    await connected(page)
    for summary in await page.locator("main summary").all():
        await summary.click()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("colours", ["light", "dark"])
async def test_axe_finds_nothing_wrong_and_nothing_is_cut_off(
    server: Server, visitors: Visitors, viewport: Any, colours: str
) -> None:
    scene = await Scene.build(server)
    found: list[str] = []
    for name, paths in scene.paths.items():
        person = scene.mia if name == "mia" else scene.tom
        page = await visitors.sign_in(person, viewport=viewport, color_scheme=colours)
        for path in paths:
            await opened(page, visitors.url + path)
            found += [f"{name} {path}: {each}" for each in await violations(page)]
            wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            found += [f"{name} {path} is {wide} px too wide"] if wide > 0 else []
    stranger = await visitors.page(viewport=viewport, color_scheme=colours)
    await stranger.goto(visitors.url)
    found += await violations(stranger)
    assert found == []


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("colours", ["light", "dark"])
async def test_axe_finds_nothing_wrong_with_dialogs_alerts_and_what_was_typed_wrong(
    server: Server, visitors: Visitors, viewport: Any, colours: str
) -> None:
    house = await House.build()
    mia, ann = [await house.person(name, held={"PROG": 3}, required={"PROG": 5}) for name in ("Mia", "Ann")]
    tom = await house.mentor("Tom", held={"PROG": 5})
    request = await asked(server, mia, tom)
    page = await visitors.sign_in(tom, f"/requests/{request}", viewport=viewport, color_scheme=colours)
    await page.get_by_role("button", name="Accept").click()
    await page.get_by_role("dialog").get_by_role("button", name="Accept").click()
    await expect(page.get_by_text("An answer needs a comment")).to_be_visible()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await asked(server, ann, tom)
    await expect(page.locator(".toast")).to_be_visible()
    assert await violations(page) == []


async def test_a_mentor_is_asked_by_keyboard_alone(server: Server, visitors: Visitors) -> None:
    house = await House.build()
    mia = await house.person("Mia", held={"PROG": 3}, required={"PROG": 5})
    await house.mentor("Tom", held={"PROG": 5})
    page = await visitors.sign_in(mia)

    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await page.keyboard.press("Enter")
    await tab_to(page, "Find a Mentor")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Find a Mentor")).to_be_focused()
    await expect(page.get_by_role("article", name="Tom")).to_be_visible()
    await tab_to(page, "Connect with Tom")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Message")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Connect with Tom")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.type("Would you?")
    await tab_to(page, "Send request")
    await page.keyboard.press("Enter")

    await expect(page.get_by_text("Nobody suits you at the moment.")).to_be_visible()
    # Whom it was opened from has left the list: the page's heading takes the focus.
    await expect(page.get_by_role("heading", name="Find a Mentor")).to_be_focused()


async def test_an_alert_is_read_out_and_can_be_followed_by_keyboard(server: Server, visitors: Visitors) -> None:
    house = await House.build()
    mia, tom = await house.person("Mia"), await house.mentor("Tom")
    page = await visitors.sign_in(tom)
    region = page.get_by_role("region", name="Alerts").get_by_role("status")
    await expect(region).to_have_attribute("aria-live", "polite")

    await asked(server, mia, tom)
    await expect(region.get_by_text("Mia asks you to be their mentor", exact=True)).to_be_visible()
    await tab_to(page, "Open the request")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", name="Request from Mia")).to_be_focused()


async def test_on_a_phone_the_rest_of_the_menu_opens_and_closes(server: Server, visitors: Visitors) -> None:
    page = await visitors.sign_in(await (await House.build()).person("Mia"), viewport=PHONE)
    menu = page.get_by_role("button", name="Menu")
    await menu.click()
    await expect(menu).to_have_attribute("aria-expanded", "true")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("link", name="Preferences", exact=True)).to_be_hidden()
    await menu.click()
    await page.get_by_role("link", name="Preferences", exact=True).click()
    await expect(page.get_by_role("heading", name="Preferences")).to_be_focused()
    await expect(menu).to_have_attribute("aria-expanded", "false")


async def test_the_colours_are_those_of_the_system_until_somebody_chooses(
    server: Server, visitors: Visitors, browser: Browser
) -> None:
    page = await visitors.sign_in(await (await House.build()).person("Mia"), color_scheme="dark")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    dark = await page.evaluate(ground)
    await page.get_by_label("Colours").select_option("Light")
    light = await page.evaluate(ground)
    assert dark != light
    await page.reload()
    await connected(page)
    assert await page.evaluate(ground) == light


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has this name has the focus, as somebody does who cannot point."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.textContent.trim()") == name:
            return
    raise AssertionError(f"{name} cannot be reached by Tab")
