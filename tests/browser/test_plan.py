"""The action plan, changed by two people at once."""

from playwright.async_api import Page, expect

from api.schema.node import global_id
from tests.acceptance.servers import Server
from tests.acceptance.stories import do, mentored
from tests.browser.visitors import Visitors, toast
from tests.houses import House


async def plan(server: Server, visitors: Visitors) -> tuple[Page, Page]:
    """The mentee's page and the mentor's, with one action on the plan."""
    house = await House.build()
    mia = await house.person("Mia", held={"PROG": 3}, required={"PROG": 5})
    tom = await house.mentor("Tom", held={"PROG": 5})
    mentorship = await mentored(server, mia, tom)
    action_type = global_id("ActionType", house.action_types["Mentorship"].id)
    added = await do(server, mia, "saveAction", title="Read a book", typeId=action_type, mentorshipId=mentorship)
    assert added["error"] is None
    mentee, mentor = [await visitors.sign_in(person, f"/mentorships/{mentorship}") for person in (mia, tom)]
    return mentee, mentor


async def test_a_change_that_somebody_else_made_meanwhile_is_shown_before_it_is_written_over(
    server: Server, visitors: Visitors
) -> None:
    mentee, mentor = await plan(server, visitors)
    for page in (mentee, mentor):
        await page.get_by_role("button", name="Change Read a book").click()
    await mentee.get_by_label("Status").select_option("Done")
    await mentee.get_by_role("button", name="Save").click()
    await expect(mentee.get_by_role("dialog")).to_have_count(0)

    await mentor.get_by_label("What is to be done").fill("Read two books")
    await mentor.get_by_role("button", name="Save").click()

    told = mentor.get_by_role("dialog").get_by_role("alert").filter(has_text="Mia changed it meanwhile.")
    await expect(told.get_by_role("listitem")).to_have_text(["Status: Planned → Done"])
    await expect(mentor.get_by_label("What is to be done")).to_have_value("Read two books")
    await expect(mentor.get_by_label("Status")).to_have_value("DONE")
    await mentor.get_by_role("button", name="Save all the same").click()
    await expect(mentor.get_by_role("heading", name="Read two books")).to_be_visible()
    await expect(mentee.get_by_role("heading", name="Read two books")).to_be_visible()
    await expect(mentee.locator("li", has_text="Read two books").get_by_text("Done", exact=True)).to_be_visible()


async def test_one_can_take_what_somebody_else_wrote(server: Server, visitors: Visitors) -> None:
    mentee, mentor = await plan(server, visitors)
    await mentor.get_by_role("button", name="Change Read a book").click()
    await mentee.get_by_role("button", name="Change Read a book").click()
    await mentee.get_by_label("What is to be done").fill("Read a paper")
    await mentee.get_by_role("button", name="Save").click()
    await expect(mentee.get_by_role("dialog")).to_have_count(0)

    await mentor.get_by_label("What is to be done").fill("Read two books")
    await mentor.get_by_role("button", name="Save").click()
    await mentor.get_by_role("button", name="Put theirs in place of mine").click()

    await expect(mentor.get_by_label("What is to be done")).to_have_value("Read a paper")


async def test_the_owner_sees_who_changed_what_and_nobody_else_does(server: Server, visitors: Visitors) -> None:
    mentee, mentor = await plan(server, visitors)
    await mentor.get_by_role("button", name="Change Read a book").click()
    await mentor.get_by_label("Due").fill("2031-02-14")
    await mentor.get_by_role("button", name="Save").click()
    await expect(toast(mentee, "Tom changed the action plan")).to_be_visible()

    await mentee.get_by_role("button", name="History of Read a book").click()

    changes = mentee.get_by_role("dialog").get_by_role("listitem")
    await expect(changes).to_contain_text(["You added it", "Tom changed it"])
    await expect(changes.last).to_contain_text("Due: nothing → 14 Feb 2031")
    await expect(mentor.get_by_role("button", name="History of Read a book")).to_have_count(0)


async def test_an_action_that_is_removed_goes_from_both_pages(server: Server, visitors: Visitors) -> None:
    mentee, mentor = await plan(server, visitors)

    await mentor.get_by_role("button", name="Remove Read a book").click()
    await mentor.get_by_role("dialog").get_by_role("button", name="Remove").click()

    for page in (mentee, mentor):
        await expect(page.get_by_text("Nothing is on the plan yet.")).to_be_visible()
