"""What single pages offer, beside the story."""

from playwright.async_api import expect

from tests.acceptance.servers import Server
from tests.browser.visitors import Visitors, connected
from tests.houses import House


async def test_whoever_may_not_mentor_sees_what_stands_in_the_way_and_no_button(
    server: Server, visitors: Visitors
) -> None:
    page = await visitors.sign_in(await (await House.build()).person("Mia", held={"BUSI": 3}))

    mentoring = page.get_by_role("region", name="Mentor others")
    await expect(mentoring).to_contain_text("1 of your Business skills is below the level that mentors hold")
    await expect(mentoring.get_by_role("listitem")).to_contain_text("3 → 4")
    await expect(mentoring.get_by_role("link")).to_have_count(0)
    await page.goto(f"{server.url}/profile")
    await expect(page.get_by_role("heading", name="You cannot become a mentor yet")).to_be_visible()


async def test_a_long_list_is_shown_page_by_page_and_narrowed_by_filters(server: Server, visitors: Visitors) -> None:
    house = await House.build()
    mia = await house.person("Mia", held={"PROG": 3}, required={"PROG": 5})
    for number in range(12):
        offers = ["Technical depth"] if number == 7 else ["Leadership"]
        await house.mentor(f"Mentor {number:02}", held={"PROG": 5}, offers=offers, location="Lisbon")
    page = await visitors.sign_in(mia, "/find")
    cards = page.get_by_role("main").get_by_role("article")
    await expect(cards).to_have_count(10)

    await page.get_by_role("button", name="Show more").click()
    await expect(cards).to_have_count(12)
    await expect(page.get_by_role("button", name="Show more")).to_have_count(0)

    await page.get_by_text("Filters", exact=True).click()
    await page.get_by_role("checkbox", name="Technical depth").check()
    await expect(cards).to_have_count(1)
    await expect(cards).to_contain_text("Mentor 07")
    await page.get_by_label("Location").fill("Porto")
    await expect(page.get_by_text("No mentor meets all of this.")).to_be_visible()
    await page.get_by_role("button", name="Clear the filters").last.click()
    await expect(cards).to_have_count(10)
    await page.get_by_label("Name or job title").fill("mentor 11")
    await expect(cards).to_have_count(1)


async def test_the_list_can_be_ranked_by_preferences_alone(server: Server, visitors: Visitors) -> None:
    house = await House.build()
    mia = await house.person("Mia", held={"PROG": 3}, required={"PROG": 5}, wants=["Leadership"])
    await house.mentor("Tom", held={"PROG": 5})
    await house.mentor("Ada", held={"DESN": 5})
    page = await visitors.sign_in(mia, "/find")
    cards = page.get_by_role("main").get_by_role("article")
    await expect(cards).to_have_count(1)

    await page.get_by_role("radio", name="Preferences alone").check()

    await expect(cards).to_have_count(2)
    await expect(page.get_by_text("Why this percentage")).to_have_count(0)


async def test_a_mail_that_is_not_wanted_stays_switched_off(server: Server, visitors: Visitors) -> None:
    page = await visitors.sign_in(await (await House.build()).person("Mia"), "/settings/notifications")
    wanted = page.get_by_role("checkbox", name="A mentor answers me")
    await expect(wanted).to_be_checked()

    await wanted.click()
    await expect(wanted).not_to_be_checked()

    await page.reload()
    await connected(page)
    await expect(wanted).not_to_be_checked()
    await expect(page.get_by_role("checkbox", name="A mentorship of mine ends")).to_be_checked()
