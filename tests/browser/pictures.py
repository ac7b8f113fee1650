"""Pictures of every page for `docs/console`, from the demo: python -m tests.browser.pictures FOLDER"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Page, async_playwright, expect

from api.database import connections, database_url
from api.demo.load import load_demo
from api.demo.welcome import Pair
from api.domain.matching import MatchBasis
from api.migrate import migrate
from api.models import MentorRequest, Person
from api.search.criteria import Criteria, Window
from api.search.eligible import mentoring_rule
from api.search.profiles import wanted_by
from api.search.ranking import PostgresMentorSearch
from api.settings import Settings
from tests.acceptance.servers import running
from tests.browser.visitors import DESKTOP, PHONE, Visitors, connected, go, launched, toast
from tests.wakers import Recorder

_SIZES = {"desktop": (DESKTOP, 1500), "phone": (PHONE, 1900)}


@asynccontextmanager
async def demo() -> AsyncIterator[tuple[Visitors, Pair]]:
    with TemporaryDirectory(prefix="mentoring-", ignore_cleanup_errors=True) as folder:
        settings = Settings(data=Path(folder))
        with database_url(settings) as url:
            await migrate(url)
            async with connections(settings, url):
                await load_demo(Recorder())
                pair = await telling_pair()
                async with (
                    running(Path(folder), database_url=url) as server,
                    async_playwright() as playwright,
                    launched(playwright) as browser,
                ):
                    visitors = Visitors(browser, server.url, server.token)
                    yield visitors, pair
                    await visitors.leave()


async def telling_pair() -> Pair:
    """Two people with nothing between them yet, of whom one covers most of what the other lacks, and not all of it."""
    asked = {person for request in await MentorRequest.all() for person in (request.mentee_id, request.mentor_id)}
    async for mentee in Person.filter(role_profile_id__isnull=False).exclude(id__in=asked).order_by("id"):
        wanted = await wanted_by(mentee.id)
        ranks = await PostgresMentorSearch().ranked(
            rule=await mentoring_rule(mentee.organisation_id),
            mentee_id=mentee.id,
            wanted=wanted,
            basis=MatchBasis.SKILL_GAPS_AND_PREFERENCES,
            criteria=Criteria(),
            window=Window(limit=3),
        )
        for rank in ranks:
            if rank.mentor_id not in asked and 0.15 < rank.uncovered / wanted.missing_levels < 0.4:
                return Pair(mentee=mentee, mentor=await Person.get(id=rank.mentor_id))
    raise LookupError("the demo has no such pair")


class Album:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def take(self, page: Page, name: str, *, top: bool = False) -> None:
        """The page as it stands, at both sizes and in both colours; no longer than one likes to scroll."""
        for size, (viewport, most) in _SIZES.items():
            await page.set_viewport_size(viewport)
            if not top:
                await page.evaluate("window.scrollTo(0, 0)")
            tall = await page.evaluate("document.documentElement.scrollHeight")
            if not top:
                await page.set_viewport_size({**viewport, "height": min(max(tall, viewport["height"]), most)})
            for colours in ("light", "dark"):
                await page.emulate_media(color_scheme=colours, reduced_motion="reduce")
                await page.screenshot(path=self._folder / f"{name}-{size}-{colours}.png")
        await page.emulate_media(color_scheme="light", reduced_motion="reduce")
        await page.set_viewport_size(DESKTOP)


async def photograph(album: Album) -> None:
    async with demo() as (visitors, pair):
        stranger = await visitors.page()
        await stranger.goto(visitors.url)
        await expect(stranger.get_by_role("heading", name="Sign in")).to_be_visible()
        await album.take(stranger, "01-sign-in")

        mentee, mentor = [await visitors.sign_in(person) for person in (pair.mentee, pair.mentor)]
        await album.take(mentee, "02-overview-mentee")
        await album.take(mentor, "02-overview-mentor")
        await go(mentor, "Requests")
        await album.take(mentor, "03-requests-empty")
        await go(mentor, "Mentor profile")
        await album.take(mentor, "04-mentor-profile")
        await go(mentee, "Preferences")
        await album.take(mentee, "05-preferences")

        await go(mentee, "Find a Mentor")
        card = mentee.get_by_role("article", name=pair.mentor.name)
        await card.get_by_text("Why this percentage").click()
        await album.take(mentee, "06-find")
        await card.get_by_role("link", name=pair.mentor.name).click()
        await expect(mentee.get_by_role("heading", name="What they offer")).to_be_visible()
        await album.take(mentee, "07-mentor")
        await mentee.go_back()
        await card.get_by_role("button", name="Connect").click()
        await mentee.get_by_label("Message").fill(
            "I have moved to a new team, and would like to get better at testing. Half an hour every other week?"
        )
        await album.take(mentee, "08-connect", top=True)
        await mentee.get_by_role("button", name="Send request").click()
        await expect(card).to_have_count(0)
        await go(mentee, "Requests")
        await album.take(mentee, "09-requests-sent")

        await expect(toast(mentor, "asks you to be their mentor")).to_be_visible()
        await go(mentor, "Overview")
        await album.take(mentor, "10-alert", top=True)
        await toast(mentor, "asks you").get_by_role("link").click()
        await expect(mentor.get_by_role("button", name="Accept")).to_be_visible()
        await album.take(mentor, "11-request")
        await mentor.get_by_role("button", name="Accept").click()
        await mentor.get_by_role("dialog").get_by_role("button", name="Accept").click()
        await album.take(mentor, "12-comment-required", top=True)
        await mentor.get_by_label("Comment").fill("Gladly. Shall we meet on Monday, and bring an example each?")
        await mentor.get_by_role("dialog").get_by_role("button", name="Accept").click()
        await mentor.get_by_role("button", name="Put it on the plan").click()
        await mentor.get_by_role("button", name="Add an action").click()
        await mentor.get_by_label("What is to be done").fill("Write the tests of one small feature together")
        await mentor.get_by_label("Due").fill("2031-02-14")
        await album.take(mentor, "13-add-an-action", top=True)
        await mentor.get_by_role("button", name="Add to the plan").click()
        await expect(mentor.get_by_role("heading", name="Write the tests")).to_be_visible()
        await album.take(mentor, "14-mentorship-mentor")

        await toast(mentee, "said yes").get_by_role("link").click()
        await dismiss_alerts(mentee)
        await expect(mentee.get_by_role("heading", name="Write the tests")).to_be_visible()
        await album.take(mentee, "15-mentorship-mentee")
        await conflict(album, mentee, mentor)
        await go(mentee, "Action plan")
        await album.take(mentee, "17-plan")
        await mentee.get_by_role("button", name="History").last.click()
        await album.take(mentee, "18-history", top=True)
        await mentee.get_by_role("button", name="Close").click()
        await go(mentee, "Mentorships")
        await album.take(mentee, "19-mentorships")
        await go(mentee, "Notifications")
        await album.take(mentee, "20-notifications")
        await go(mentee, "Mail settings")
        await album.take(mentee, "21-mail-settings")

        await go(mentee, "Mentorships")
        await mentee.get_by_role("link", name=pair.mentor.name).click()
        await mentee.get_by_role("button", name="End mentorship").click()
        await mentee.get_by_label("Reason").fill("I have learnt what I came for. Thank you!")
        await album.take(mentee, "22-end", top=True)
        await mentee.get_by_role("dialog").get_by_role("button", name="End mentorship").click()
        await expect(mentor.get_by_role("heading", name="This mentorship has ended")).to_be_visible()
        await dismiss_alerts(mentor)
        await album.take(mentor, "23-mentorship-ended")
        await side_by_side(album, visitors, pair)


async def dismiss_alerts(page: Page) -> None:
    while await page.locator(".toast").count():
        await page.locator(".toast").first.get_by_role("button").click()


async def conflict(album: Album, mentee: Page, mentor: Page) -> None:
    title = "Write the tests"
    for page in (mentee, mentor):
        await page.locator("li", has_text=title).get_by_role("button", name="Change").click()
    await mentee.get_by_label("Status").select_option("In progress")
    await mentee.get_by_role("button", name="Save").click()
    await expect(mentee.get_by_role("dialog")).to_have_count(0)
    await mentor.get_by_label("Due").fill("2031-03-01")
    await mentor.get_by_role("button", name="Save").click()
    await expect(mentor.get_by_text("changed it meanwhile.")).to_be_visible()
    await album.take(mentor, "16-changed-meanwhile", top=True)
    await mentor.get_by_role("button", name="Save all the same").click()
    await expect(mentor.get_by_role("dialog")).to_have_count(0)


async def side_by_side(album: Album, visitors: Visitors, pair: Pair) -> None:
    page = await visitors.page()
    mentee, mentor = (visitors.token(person) for person in (pair.mentee, pair.mentor))
    await page.goto(f"{visitors.url}/demo#mentee={mentee}&mentor={mentor}")
    for side in ("mentee", "mentor"):
        await connected(page.frame_locator(f"iframe[name={side}]"))
    await album.take(page, "24-demo", top=True)


if __name__ == "__main__":
    asyncio.run(photograph(Album(Path(sys.argv[1]))))
