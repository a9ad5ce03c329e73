"""The page of `jobs report`, in Chromium: wide and narrow, light and dark, on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeAlias

import pytest
from playwright.async_api import Page, expect

from gradient_async.cli.command_tree import app
from gradient_async.emulator import Emulator, Fault
from tests.browser.accessibility import find_violations
from tests.browser.test_board import expect_no_overflow
from tests.cli.hostile import HOSTILE, hostile_bases, hostile_jobs, list_body

pytestmark = pytest.mark.real_time

Colours: TypeAlias = Literal["light", "dark"]


async def open_report(page: Page, folder: Path, *options: str) -> None:
    """Open a new report of all accounts."""
    file = folder / "report.html"
    command = ["jobs", "report", "--all", "--html", str(file), *options]
    await app.run_async(command, result_action="return_value")
    await page.goto(file.as_uri())


def be_hostile(api: Emulator) -> None:
    """Let the names of knowledge bases and the reasons be hostile strings."""
    for path, member, items in (
        ("*/indexing_jobs", "jobs", hostile_jobs()),
        ("*/knowledge_bases", "knowledge_bases", hostile_bases()),
    ):
        api.fail(Fault(body=list_body(member, items), path=path, times=None))


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("is_hostile", [False, True])
async def test_fits_and_is_accessible(
    page: Page,
    api: Emulator,
    tmp_path: Path,
    axe: str,
    *,
    colours: Colours,
    is_hostile: bool,
) -> None:
    """Nothing is cut off, and axe-core finds nothing, whatever the names are."""
    if is_hostile:
        be_hostile(api)
    await page.emulate_media(color_scheme=colours)
    await open_report(page, tmp_path)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Indexing jobs")
    await expect_no_overflow(page)

    assert {} == await find_violations(page, axe)


@pytest.mark.parametrize("by", ["knowledge-base", "account", "day"])
async def test_tables_stay_tables(
    page: Page, api: Emulator, tmp_path: Path, by: str
) -> None:
    """Rows that are shown as cards on a phone are still rows, with headings."""
    await open_report(page, tmp_path, "--by", by)
    table = page.get_by_role("table").first

    await expect(table.get_by_role("columnheader", name="Jobs")).to_have_count(1)
    await expect(table.get_by_role("row").last).to_contain_text("total")
    await expect(page.get_by_role("img", name="Jobs by day")).to_be_visible()
    await expect_no_overflow(page)


async def test_hostile_names_are_shown(
    page: Page, api: Emulator, tmp_path: Path
) -> None:
    """Markup in a name is text."""
    be_hostile(api)
    await open_report(page, tmp_path)
    (markup,) = (it for it in HOSTILE if it.startswith("<script"))

    await expect(page.locator("td", has_text=markup).first).to_be_visible()
    assert 0 == await page.locator("script, img, b").count()


async def test_paper(page: Page, api: Emulator, tmp_path: Path) -> None:
    """On paper the page is light, whatever the screen is, and fits its width."""
    await page.emulate_media(media="print", color_scheme="dark")
    await page.set_viewport_size({"width": 700, "height": 1000})
    await open_report(page, tmp_path)
    colour = await page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert "rgb(255, 255, 255)" == colour
    await expect_no_overflow(page)
