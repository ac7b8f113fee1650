"""The console's whole story, between two people who sit side by side."""

import re

from playwright.async_api import Page, expect

from tests.acceptance.servers import Server
from tests.browser.visitors import Visitors, go, marked, never_reloaded, toast
from tests.houses import House


async def test_from_may_i_mentor_to_a_mentorship_that_has_ended(server: Server, visitors: Visitors) -> None:
    house = await House.build()
    mia = await house.person("Mia", held={"PROG": 3, "DESN": 2}, required={"PROG": 5, "DESN": 4})
    tom = await house.person("Tom", held={"BUSI": 4, "PROG": 4, "DESN": 6})
    mentee, mentor = await visitors.sign_in(mia), await visitors.sign_in(tom)
    for page in (mentee, mentor):
        await marked(page)

    await he_becomes_a_mentor(mentor)
    await she_sets_preferences_and_finds_him(mentee)
    await she_asks(mentee)
    await he_accepts(mentor)
    await she_hears_of_it(mentee)
    await he_adds_an_action(mentor)
    # She is on the page of the mentorship: it appears there by itself.
    await expect(mentee.get_by_role("heading", name="Read a chapter together")).to_be_visible()
    await she_ends_it(mentee)
    await expect(mentor.get_by_role("heading", name="This mentorship has ended")).to_be_visible()
    await expect(mentor.get_by_text("I have learnt what I came for.").first).to_be_visible()
    await expect(mentor.get_by_text("Read a chapter together")).to_have_count(0)
    await expect(mentor.get_by_text("person", exact=False).and_(mentor.get_by_role("link"))).to_have_count(1)
    assert [await never_reloaded(page) for page in (mentee, mentor)] == [True, True]


async def he_becomes_a_mentor(mentor: Page) -> None:
    await expect(mentor.get_by_text("You hold the Business skills that mentors need.")).to_be_visible()
    await mentor.get_by_role("link", name="Become a Mentor").click()
    form = mentor.get_by_role("main")
    await form.get_by_role("button", name="Become a Mentor").click()
    await expect(form.get_by_text("Choose at least one.")).to_be_visible()
    await form.get_by_role("checkbox", name="Leadership").check()
    await form.get_by_role("button", name="Become a Mentor").click()
    await expect(form.get_by_text("You are a mentor now, and can be found.")).to_be_visible()
    await go(mentor, "Overview")
    for name in ("Update Mentor Profile", "Mentee Requests"):
        await expect(mentor.get_by_role("link", name=name)).to_be_visible()
    await expect(mentor.get_by_role("link", name="Become a Mentor")).to_have_count(0)
    await mentor.get_by_role("link", name="Mentee Requests").click()
    await expect(mentor.get_by_text("Nobody has asked you yet.")).to_be_visible()


async def she_sets_preferences_and_finds_him(mentee: Page) -> None:
    await expect(mentee.get_by_text("4 levels missing in 2 skills")).to_be_visible()
    await go(mentee, "Preferences")
    await mentee.get_by_role("checkbox", name="Leadership").check()
    await mentee.get_by_role("button", name="Save preferences").click()
    await expect(mentee.get_by_text("Your preferences are saved.")).to_be_visible()
    await go(mentee, "Find a Mentor")
    card = mentee.get_by_role("article", name="Tom")
    await expect(card.get_by_role("img", name="Match: 75%")).to_be_visible()
    await card.get_by_text("Why this percentage").click()
    gaps = card.get_by_role("list", name="Gaps, one by one").get_by_role("listitem")
    await expect(gaps).to_have_text(
        [re.compile("DESN.*covers 3 and 4 of 2 → 4.*50 points"), re.compile("PROG.*covers 4 of 3 → 5.*25 points")]
    )
    drawn = "Skill DESN. You hold level 2. Required: level 4. Covered: 3 and 4. The mentor holds level 6."
    await expect(gaps.first.get_by_role("img", name=drawn, exact=True)).to_be_visible()
    await expect(card.get_by_text("3 of 4 missing levels covered")).to_be_visible()


async def she_asks(mentee: Page) -> None:
    card = mentee.get_by_role("article", name="Tom")
    await card.get_by_role("button", name="Connect").click()
    dialog = mentee.get_by_role("dialog", name="Ask Tom to mentor you?")
    await dialog.get_by_label("Message").fill("Would you help me with design?")
    await dialog.get_by_role("button", name="Send request").click()
    await expect(dialog).to_have_count(0)
    await expect(card).to_have_count(0)


async def he_accepts(mentor: Page) -> None:
    # He looks at his empty inbox: the alert, the badge and the request itself arrive there.
    await expect(toast(mentor, "Mia asks you to be their mentor")).to_be_visible()
    await expect(mentor.get_by_role("link", name="Requests 1 waiting")).to_be_visible()
    card = mentor.get_by_role("article", name="From Mia")
    await expect(card.get_by_text("Would you help me with design?")).to_be_visible()
    await card.get_by_role("button", name="Accept").click()
    dialog = mentor.get_by_role("dialog", name="Accept Mia as your mentee?")
    await dialog.get_by_role("button", name="Accept").click()
    comment = dialog.get_by_label("Comment")
    await expect(comment).to_have_accessible_description(
        "Mia reads it. When and how shall you begin? An answer needs a comment; a sentence is enough."
    )
    await comment.fill("Gladly. Shall we meet on Monday?")
    await dialog.get_by_role("button", name="Accept").click()
    await expect(mentor.get_by_role("heading", name="Mentorship with Mia")).to_be_focused()
    await expect(mentor.get_by_role("list", name="Gaps of Mia").get_by_role("listitem")).to_have_count(2)
    await expect(mentor.get_by_role("link", name="Requests", exact=True)).to_be_visible()


async def she_hears_of_it(mentee: Page) -> None:
    alert = toast(mentee, "Tom said yes")
    await expect(alert).to_contain_text("Gladly. Shall we meet on Monday?")
    await alert.get_by_role("link").click()
    await expect(mentee.get_by_role("heading", name="Mentorship with Tom")).to_be_visible()
    await expect(mentee.get_by_role("link", name="@example.com")).to_have_count(2)


async def he_adds_an_action(mentor: Page) -> None:
    await mentor.get_by_role("button", name="Put it on the plan").click()
    await expect(mentor.get_by_role("heading", name="Mentorship with Tom")).to_be_visible()
    await mentor.get_by_role("button", name="Add an action").click()
    dialog = mentor.get_by_role("dialog")
    await dialog.get_by_label("What is to be done").fill("Read a chapter together")
    await dialog.get_by_label("Gap that it addresses").select_option("DESN Skill DESN")
    await dialog.get_by_role("button", name="Add to the plan").click()
    await expect(dialog).to_have_count(0)
    await expect(mentor.get_by_role("heading", name="Read a chapter together")).to_be_visible()


async def she_ends_it(mentee: Page) -> None:
    await mentee.get_by_role("button", name="End mentorship").click()
    dialog = mentee.get_by_role("dialog", name="End the mentorship with Tom?")
    await dialog.get_by_role("button", name="End mentorship").click()
    await expect(dialog.get_by_text("Say why; a sentence is enough.")).to_be_visible()
    await dialog.get_by_label("Reason").fill("I have learnt what I came for.")
    await dialog.get_by_role("button", name="End mentorship").click()
    await expect(mentee.get_by_role("heading", name="This mentorship has ended")).to_be_visible()
