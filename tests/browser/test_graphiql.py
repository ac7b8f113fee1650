"""GraphiQL under its policy: the browser complains of nothing that it is not let do."""

from urllib.parse import quote

from playwright.async_api import Page, expect

from tests.acceptance.servers import Server
from tests.browser.visitors import Visitors
from tests.houses import House

LISTEN = "subscription { notificationReceived { id } }"


async def run_once_written(page: Page, word: str) -> None:
    """The editor is there a little after its button."""
    await expect(page.locator(".graphiql-query-editor")).to_contain_text(word)
    await page.get_by_role("button", name="Execute query").click()


async def test_a_question_is_answered_and_a_subscription_listens(server: Server, visitors: Visitors) -> None:
    mia = await (await House.build()).person("Mia")
    page = await visitors.page()
    token = server.token(mia)
    await page.goto(f"{server.url}/graphiql/#token={token}&query={quote('{ viewer { name } }')}")
    await run_once_written(page, "viewer")
    await expect(page.locator(".graphiql-response")).to_contain_text("Mia")
    # What is wrong is underlined, by an image that the editor makes.
    await page.locator(".graphiql-query-editor").click()
    await page.keyboard.type("wrong ")
    await expect(page.locator(".squiggly-error").first).to_be_visible()

    await page.goto("about:blank")
    await page.goto(f"{server.url}/graphiql/#token={token}&query={quote(LISTEN)}")
    await run_once_written(page, "notificationReceived")
    await expect(page.get_by_role("button", name="Stop query")).to_be_visible()
    # Its editor colours what is written, which its workers and its styles are for.
    await expect(page.locator(".graphiql-query-editor [class^=mtk]").first).to_be_visible()
