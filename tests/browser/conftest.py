"""Debian's Chromium, and visitors in it: each in a context of their own, as on a machine of their own."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

from tests.acceptance.conftest import server
from tests.acceptance.servers import Server
from tests.browser.visitors import Visitors, launched

__all__ = ["server"]


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright, launched(playwright) as browser:
        yield browser


@pytest.fixture
async def visitors(browser: Browser, server: Server) -> AsyncIterator[Visitors]:
    """Whoever comes is looked at when the test is over: nothing may have gone wrong on any page."""
    visitors = Visitors(browser, server.url, server.token)
    yield visitors
    await visitors.leave()
    assert visitors.complaints == []
