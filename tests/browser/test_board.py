"""The board of the FastAPI example, in Chromium, on a desktop and on a phone."""

from __future__ import annotations

from functools import partial

import pytest
from playwright.async_api import Page, expect

from gradient_async import AccountEvent, Client
from gradient_async.emulator import Emulator, Fault
from gradient_async.settings import TOKEN_VARIABLES
from tests.examples.backends import serve
from tests.examples.jobs import UNFINISHED, start_job
from tests.support.streams import take

pytestmark = pytest.mark.real_time

# Leaves time for the browser.
serve_board = partial(serve, "fastapi_backend", interval=0.1)


async def expect_no_overflow(page: Page) -> None:
    """Assert that the page is not wider than the window."""
    root = "document.documentElement"
    assert 0 == await page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")


async def test_jobs(page: Page, api: Emulator) -> None:
    """Jobs are shown while they run, until shortly after their end."""
    job = await start_job(api)
    rows = page.locator(".job")
    row = rows.filter(has_text=job.knowledge_base_uuid)

    async with serve_board() as backend:
        await page.goto(backend.url)
        await expect(rows).to_have_count(UNFINISHED + 1)
        await expect(row.locator(".account")).to_have_text("acme")
        await expect(row.locator(".phase")).to_have_text("pending")
        await expect_no_overflow(page)

        api.advance(2 + 8)
        await expect(row.locator(".phase")).to_have_text("running")
        await expect(row.locator(".count")).to_have_text(
            f"1 of {job.total_datasources}"
        )
        await expect(row.locator("progress")).to_have_js_property("value", 1)

        api.advance(100)
        await expect(row.locator(".phase")).to_have_text("completed")
        await expect(page.locator("#news")).to_have_text(
            "acme: a job has ended, completed"
        )
        await expect(row).to_have_count(0)
        await expect(rows).to_have_count(UNFINISHED)


async def test_new_job(page: Page, api: Emulator) -> None:
    """A job that starts while the board is open appears."""
    job = await start_job(api)
    async with Client(api.token, base_url=api.url) as client:
        await client.indexing_jobs.cancel(job.uuid)
        async with serve_board() as backend:
            await page.goto(backend.url)
            rows = page.locator(".job")
            await expect(rows).to_have_count(UNFINISHED)

            await client.indexing_jobs.create(job.knowledge_base_uuid)
            await expect(rows).to_have_count(UNFINISHED + 1)
            await expect(rows.last).to_contain_text(job.knowledge_base_uuid)


async def test_trouble(
    page: Page, api: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dead token has a banner until it is replaced; other customers are shown."""
    monkeypatch.setenv(f"{TOKEN_VARIABLES[0]}_GLOBEX", "revoked")
    rows, banner = page.locator(".job"), page.locator(".trouble")

    async with serve_board() as backend:
        await page.goto(backend.url)
        await expect(banner).to_contain_text("globex: Unable to authenticate you")
        await expect(rows).to_have_count(UNFINISHED)
        await expect_no_overflow(page)

        backend.accounts.replace("globex", api.tokens[1])
        await expect(banner).to_have_count(0)
        await expect(rows).to_have_count(2 * UNFINISHED)


async def test_trouble_that_began_before(page: Page, api: Emulator) -> None:
    """Jobs of an account in trouble are marked in a browser that opens later, too."""
    rows = page.locator(".job")

    async with serve_board() as backend:
        # Keeps the feed polling.
        events = aiter(backend.feed.listen())
        await take(events, 2 * UNFINISHED)
        api.fail(Fault(status=418, token=api.tokens[1], times=None))
        assert isinstance(await anext(events), AccountEvent)
        await page.goto(backend.url)

        await expect(page.locator(".trouble")).to_have_text("globex: I'm a Teapot.")
        await expect(rows.filter(has_text="globex")).to_have_count(UNFINISHED)
        await expect(page.locator(".job.stale")).to_have_count(UNFINISHED)
        await expect(page.locator(".job.stale").first).to_contain_text("globex")


async def test_removed_customer(page: Page, api: Emulator) -> None:
    """The jobs of a customer that is removed disappear, and no other's."""
    rows = page.locator(".job")

    async with serve_board() as backend:
        backend.accounts.add("acme/eu", api.tokens[1])
        await page.goto(backend.url)
        await expect(rows).to_have_count(3 * UNFINISHED)
        await backend.accounts.remove("acme")

        await expect(rows).to_have_count(2 * UNFINISHED)
        await expect(rows.filter(has_text="acme/eu")).to_have_count(UNFINISHED)


async def test_restart(page: Page, api: Emulator) -> None:
    """When the server restarts, the board reconnects, and shows what runs now."""
    rows, connection = page.locator(".job"), page.locator("#connection")

    async with serve_board() as backend:
        await page.goto(backend.url)
        await expect(connection).to_have_text("Live")
        await expect(rows).to_have_count(2 * UNFINISHED)

    await expect(connection).to_have_text("Connection lost, trying again…")
    job = await start_job(api)

    async with serve_board(port=backend.port):
        await expect(connection).to_have_text("Live", timeout=15_000)
        await expect(rows).to_have_count(UNFINISHED + 1)
        await expect(rows.filter(has_text=job.knowledge_base_uuid)).to_be_visible()
