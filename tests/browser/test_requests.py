"""What becomes of a request, seen by both sides without a reload."""

from playwright.async_api import expect

from api.actions.save_mentor_profile import save_mentor_profile
from api.models import Person
from api.schema.node import global_id
from tests.acceptance.servers import Server
from tests.acceptance.stories import asked, do
from tests.browser.visitors import Visitors, toast
from tests.houses import House, viewer_of
from tests.wakers import Recorder


async def test_a_request_is_declined_with_a_comment_and_the_mentor_is_on_the_list_again(
    server: Server, visitors: Visitors
) -> None:
    house = await House.build()
    mia = await house.person("Mia", held={"PROG": 3}, required={"PROG": 5})
    tom = await house.mentor("Tom", held={"PROG": 5})
    await asked(server, mia, tom)
    mentee, mentor = await visitors.sign_in(mia, "/find"), await visitors.sign_in(tom, "/requests")
    await expect(mentee.get_by_text("Nobody suits you at the moment.")).to_be_visible()

    await mentor.get_by_role("button", name="Decline").click()
    dialog = mentor.get_by_role("dialog", name="Decline Mia?")
    await dialog.get_by_label("Comment").fill("   ")
    await dialog.get_by_role("button", name="Decline").click()
    await expect(dialog.get_by_text("An answer needs a comment")).to_be_visible()
    await dialog.get_by_label("Comment").fill("My quarter is full.")
    await dialog.get_by_role("button", name="Decline").click()

    await expect(mentor.get_by_role("article", name="From Mia").get_by_text("Declined", exact=True)).to_be_visible()
    await expect(toast(mentee, "Tom declined")).to_contain_text("My quarter is full.")
    await expect(mentee.get_by_role("article", name="Tom")).to_be_visible()


async def test_a_request_is_taken_back_before_the_eyes_of_the_mentor(server: Server, visitors: Visitors) -> None:
    house = await House.build()
    mia = await house.person("Mia", held={"PROG": 3}, required={"PROG": 5})
    tom = await house.mentor("Tom", held={"PROG": 5})
    request = await asked(server, mia, tom)
    mentee, mentor = await visitors.sign_in(mia, "/requests"), await visitors.sign_in(tom, f"/requests/{request}")

    await mentee.get_by_role("button", name="Withdraw").click()
    await mentee.get_by_role("dialog").get_by_role("button", name="Withdraw").click()

    await expect(mentee.get_by_role("article", name="To Tom").get_by_text("Withdrawn", exact=True)).to_be_visible()
    await expect(mentor.get_by_text("Withdrawn", exact=True)).to_be_visible()
    await expect(mentor.get_by_role("button", name="Accept")).to_have_count(0)
    await expect(toast(mentor, "Mia took their request back")).to_be_visible()


async def test_what_the_service_refuses_is_told_in_the_dialog_and_can_be_tried_again(
    server: Server, visitors: Visitors
) -> None:
    house = await House.build(open_request_limit=1)
    mia = await house.person("Mia", held={"PROG": 3}, required={"PROG": 5})
    tom, ada = await house.mentor("Tom", held={"PROG": 5}), await house.mentor("Ada", held={"PROG": 5})
    first = await asked(server, mia, tom)
    page = await visitors.sign_in(mia, "/find")

    await page.get_by_role("article", name=ada.name).get_by_role("button", name="Connect").click()
    await page.get_by_role("dialog").get_by_role("button", name="Send request").click()

    await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("1 is the most at once")
    assert (await do(server, mia, "withdraw", requestId=first))["error"] is None
    await page.get_by_role("dialog").get_by_role("button", name="Send request").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("article", name=ada.name)).to_have_count(0)


async def test_whoever_waits_for_a_mentor_hears_when_they_can_be_asked(server: Server, visitors: Visitors) -> None:
    house = await House.build()
    mia = await house.person("Mia", held={"PROG": 3}, required={"PROG": 5})
    tom = await house.mentor("Tom", held={"PROG": 5}, paused=True)
    await asked_while_they_could_be(server, house, mia, tom)
    page = await visitors.sign_in(mia, f"/mentors/{global_id('Mentor', tom.id)}")
    await expect(page.get_by_role("button", name="Connect")).to_have_count(0)

    await page.get_by_role("button", name="Tell me when they can be asked").click()
    await expect(page.get_by_role("button", name="Stop waiting")).to_be_visible()
    leadership = global_id("PreferenceOption", house.options["Leadership"].id)
    assert (await do(server, tom, "saveMentorProfile", optionIds=[leadership], paused=False))["error"] is None

    await expect(toast(page, "Tom can be asked again")).to_be_visible()
    await expect(page.get_by_role("button", name="Connect")).to_be_visible()


async def asked_while_they_could_be(server: Server, house: House, mia: Person, tom: Person) -> None:
    """A mentor who takes a break can be looked at by those who asked them before."""
    options = [house.options["Leadership"].id]
    await save_mentor_profile(Recorder(), viewer=viewer_of(tom), option_ids=options, capacity=None, paused=False)
    request = await asked(server, mia, tom)
    assert (await do(server, mia, "withdraw", requestId=request))["error"] is None
    await save_mentor_profile(Recorder(), viewer=viewer_of(tom), option_ids=options, capacity=None, paused=True)


async def test_what_is_being_written_stays_when_news_take_away_what_it_was_about(
    server: Server, visitors: Visitors
) -> None:
    house = await House.build()
    mia = await house.person("Mia", held={"PROG": 3}, required={"PROG": 5})
    tom = await house.mentor("Tom", held={"PROG": 5})
    request = await asked(server, mia, tom)
    mentor = await visitors.sign_in(tom, f"/requests/{request}")
    await mentor.get_by_role("button", name="Decline").click()
    dialog = mentor.get_by_role("dialog", name="Decline Mia?")
    await dialog.get_by_label("Comment").fill("I am away until May.")

    assert (await do(server, mia, "withdraw", requestId=request))["error"] is None
    await expect(mentor.locator("main").get_by_text("Withdrawn", exact=True)).to_be_visible()

    await expect(dialog.get_by_label("Comment")).to_have_value("I am away until May.")
    await dialog.get_by_role("button", name="Decline").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
