"""Chromium, and an emulator with customers."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, async_playwright

from tests.examples.conftest import api

__all__ = ["api"]

_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--remote-debugging-port=0",
    # Without a network, Chromium's own requests would hold up the page's.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
_LISTENING = re.compile(r"DevTools listening on (\S+)")


@pytest.fixture(scope="session")
def chromium_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the system's Chromium once, and return the URL that controls it."""
    profile = tmp_path_factory.mktemp("profile")
    command = [str(shutil.which("chromium")), *_OPTIONS, f"--user-data-dir={profile}"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        yield next(
            found[1] for it in process.stderr if (found := _LISTENING.search(it))
        )
        process.terminate()


@pytest_asyncio.fixture
async def chromium(chromium_url: str) -> AsyncIterator[BrowserContext]:
    """Open a context of Chromium, which shares nothing with those of other tests."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(chromium_url)
        context = await browser.new_context()
        yield context
        await context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """Read axe-core, which `nox -s browser` installs."""
    return Path(os.environ["AXE_CORE"]).read_text("utf-8")


@pytest_asyncio.fixture(params=[1280, 390])
async def page(
    request: pytest.FixtureRequest, chromium: BrowserContext
) -> AsyncIterator[Page]:
    """Open a page as wide as a desktop's or a phone's, which must have no errors."""
    page = await chromium.new_page()
    await page.set_viewport_size({"width": request.param, "height": 844})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda it: errors.append(it.text))
    yield page
    # The browser itself reports each attempt to reconnect.
    assert [] == [error for error in errors if "net::ERR_" not in error]
