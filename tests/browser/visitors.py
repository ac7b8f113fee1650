"""People at the console, in a real browser."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, Playwright, expect

from api.models import Person

AXE: Final = Path(__file__).parents[2] / "web" / "console" / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP: Final = {"width": 1280, "height": 860}
PHONE: Final = {"width": 390, "height": 844}
_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# How much of the page moved by itself, as browsers measure it.
_WATCH_SHIFTS: Final = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts.push(entry.value);
}).observe({ type: "layout-shift", buffered: true });
"""

# A machine that builds other things at the same time is slow; what is lost stays away.
expect.set_options(timeout=20_000)


@asynccontextmanager
async def launched(playwright: Playwright) -> AsyncIterator[Browser]:
    browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(_ARGUMENTS))
    try:
        yield browser
    finally:
        await browser.close()


class Visitors:
    """Opens the console for people, and keeps what their browsers complain of."""

    def __init__(self, browser: Browser, url: str, token: Callable[[Person], str]) -> None:
        self._browser = browser
        self.token = token
        self._contexts: list[BrowserContext] = []
        self.url = url
        self.complaints: list[str] = []
        # What a test brings about on purpose, such as a server that is away.
        self.expected: tuple[str, ...] = ()

    async def page(self, **options: Any) -> Page:
        """An empty page in a context of its own."""
        context = await self._browser.new_context(**{"viewport": DESKTOP, "reduced_motion": "reduce", **options})
        self._contexts.append(context)
        await context.add_init_script(_WATCH_SHIFTS)
        page = await context.new_page()
        page.on("console", lambda message: self._complain(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self._complain(str(error)))
        page.on("request", lambda request: self._check_host(request.url))
        return page

    async def sign_in(self, person: Person, path: str = "/", **options: Any) -> Page:
        """Somebody whose page is there, and hears what happens."""
        page = await self.page(**options)
        await page.goto(f"{self.url}{path}#token={self.token(person)}")
        await connected(page)
        return page

    async def leave(self) -> None:
        for context in self._contexts:
            await context.close()

    def _complain(self, text: str) -> None:
        if not any(each in text for each in self.expected):
            self.complaints.append(text)

    def _check_host(self, url: str) -> None:
        if urlsplit(url).netloc != urlsplit(self.url).netloc:
            self.complaints.append(f"{url} comes from elsewhere")


async def connected(page: Page) -> None:
    await expect(page.get_by_text("Connected", exact=True)).to_be_visible()
    await expect(page.get_by_text("Loading…")).to_have_count(0)


async def go(page: Page, name: str) -> None:
    """Follow a link of the navigation."""
    link = page.get_by_role("navigation").get_by_role("link", name=name)
    await link.click()
    await expect(link).to_have_attribute("aria-current", "page")
    await expect(page.get_by_text("Loading…")).to_have_count(0)


def toast(page: Page, text: str) -> Any:
    return page.get_by_role("region", name="Alerts").locator(".toast").filter(has_text=text)


async def marked(page: Page) -> None:
    """Leave a mark that a reload would remove."""
    await page.evaluate("window.never_reloaded = true")


async def never_reloaded(page: Page) -> bool:
    return bool(await page.evaluate("window.never_reloaded === true"))


async def moved(page: Page) -> float:
    """How much of the page has moved by itself since this was asked last."""
    return float(await page.evaluate("window.shifts.splice(0).reduce((sum, value) => sum + value, 0)"))


async def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands."""
    if not await page.evaluate("'axe' in window"):
        # Through the debugger: the page's own policy lets no script in that is not the console's.
        await page.evaluate(AXE.read_text() + "\n;undefined")
    found = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{each['id']}: {node['html'][:200]} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]
