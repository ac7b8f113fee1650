"""Who one is: a token that is kept for one tab, and goes nowhere else."""

import re
from datetime import timedelta

from playwright.async_api import Route, expect

from api.auth.keys import local_key
from api.auth.tokens import issue_token
from api.models import Person
from api.settings import Settings
from tests.acceptance.servers import Server
from tests.acceptance.stories import asked
from tests.browser.visitors import Visitors, connected, toast
from tests.houses import House


def expired(server: Server, person: Person) -> str:
    settings = Settings(data=server.data)
    key = local_key(settings.signing_key_file)
    return issue_token(settings, key, person.subject, lifetime=timedelta(hours=-1))


async def test_a_pasted_token_signs_in_for_this_tab_until_one_signs_out(server: Server, visitors: Visitors) -> None:
    mia = await (await House.build()).person("Mia")
    page = await visitors.page()
    await page.goto(server.url)
    await page.get_by_label("Token").fill("not a token")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_label("Token")).to_have_accessible_description(re.compile("This is not a token"))

    await page.get_by_label("Token").fill(f"Bearer {server.token(mia)}\n")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Mia")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", name="Mia")).to_be_visible()
    another = await page.context.new_page()
    await another.goto(server.url)
    await expect(another.get_by_role("heading", name="Sign in")).to_be_visible()
    assert await page.context.cookies() == []

    await page.get_by_role("button", name="Sign out").click()
    await page.reload()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_a_token_in_a_link_is_taken_out_of_the_address_at_once(server: Server, visitors: Visitors) -> None:
    mia = await (await House.build()).person("Mia")
    page = await visitors.sign_in(mia, "/preferences")
    assert page.url == f"{server.url}/preferences"
    await expect(page.get_by_role("heading", name="Preferences")).to_be_visible()


async def test_a_token_that_has_expired_leads_back_with_a_clear_sentence(server: Server, visitors: Visitors) -> None:
    mia = await (await House.build()).person("Mia")
    visitors.expected = ("401",)
    page = await visitors.page()

    await page.goto(f"{server.url}/requests#token={expired(server, mia)}")

    await expect(page.get_by_role("alert")).to_contain_text("This token is not valid, or not any more; sign in again.")
    await page.get_by_label("Token").fill(server.token(mia))
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Requests")).to_be_visible()


async def test_two_people_sit_side_by_side_each_as_who_they_are(server: Server, visitors: Visitors) -> None:
    house = await House.build()
    mia, tom = await house.person("Mia"), await house.mentor("Tom")
    page = await visitors.page()
    await page.goto(f"{server.url}/demo#mentee={server.token(mia)}&mentor={server.token(tom)}")
    sides = [page.frame_locator("iframe[name=mentee]"), page.frame_locator("iframe[name=mentor]")]
    for side, name in zip(sides, ("Mia", "Tom"), strict=True):
        await expect(side.get_by_role("heading", name=name)).to_be_visible()
        await connected(side)
    assert page.url == f"{server.url}/demo"

    await asked(server, mia, tom)
    await expect(toast(sides[1], "Mia asks you to be their mentor")).to_be_visible()
    await expect(toast(sides[0], "Mia")).to_have_count(0)

    await page.reload()
    for side, name in zip(sides, ("Mia", "Tom"), strict=True):
        await expect(side.get_by_role("heading", name=name)).to_be_visible()


async def test_a_new_link_to_two_people_takes_the_place_of_the_one_before(server: Server, visitors: Visitors) -> None:
    house = await House.build()
    mia, tom = await house.person("Mia"), await house.mentor("Tom")
    page = await visitors.page()
    for mentee, mentor in ((mia, tom), (tom, mia)):
        await page.goto(f"{server.url}/demo#mentee={server.token(mentee)}&mentor={server.token(mentor)}")
        for side, person in (("mentee", mentee), ("mentor", mentor)):
            heading = page.frame_locator(f"iframe[name={side}]").get_by_role("heading", name=person.name)
            await expect(heading).to_be_visible()
        assert page.url == f"{server.url}/demo"


async def test_what_refuses_one_person_late_does_not_sign_out_the_next(server: Server, visitors: Visitors) -> None:
    house = await House.build()
    mia, tom = await house.person("Mia"), await house.person("Tom")
    visitors.expected = ("401",)
    page = await visitors.sign_in(mia, "/preferences")
    held: list[Route] = []

    async def hold(route: Route) -> None:
        if "mutation" in (route.request.post_data or ""):
            held.append(route)
        else:
            await route.continue_()

    await page.route("**/graphql", hold)
    await page.get_by_role("button", name="Save preferences").click()
    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_label("Token").fill(server.token(tom))
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_text("Tom").first).to_be_visible()
    await held[0].fulfill(status=401, json={"errors": [{"message": "Too late.", "extensions": {}}]})
    await page.wait_for_timeout(500)
    await page.reload()
    await expect(page.get_by_text("Tom").first).to_be_visible()
