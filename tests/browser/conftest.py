"""Chromium, and an emulator with customers."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from tests.examples.conftest import api

__all__ = ["api"]

# Without a network, Chromium's own requests would hold up the page's.
_OPTIONS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


@pytest_asyncio.fixture
async def chromium() -> AsyncIterator[Browser]:
    """Start the system's Chromium, with a new profile."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=_OPTIONS
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(params=[1280, 390])
async def page(
    request: pytest.FixtureRequest, chromium: Browser
) -> AsyncIterator[Page]:
    """Open a page as wide as a desktop's or a phone's, which must have no errors."""
    page = await chromium.new_page(viewport={"width": request.param, "height": 844})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda it: errors.append(it.text))
    yield page
    # The browser itself reports each attempt to reconnect.
    assert [] == [error for error in errors if "net::ERR_" not in error]
