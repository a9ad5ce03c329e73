"""The documentation in Chromium, on a desktop and on a phone, in light and in dark."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.async_api import Page, expect

from tests.browser.accessibility import find_unreached, find_violations
from tests.browser.test_board import expect_no_overflow

pytestmark = pytest.mark.real_time

DOCS: Final = Path(__file__).parents[2] / "docs"
# Cards, diagrams, long errors, long signatures; and commands to copy.
PAGES: Final = ("index", "concepts", "tutorial-knowledge-base", "reference/jobs")
GUIDE: Final = "streaming"
COMMANDS: Final = "cli"
# What does not depend on the width of the window.
ONCE: Final = pytest.mark.parametrize("page", [1280], indirect=True)

# The theme cuts off what is too wide on a phone; some boxes scroll on their own.
FIND_CUT: Final = """() => {
    const scrolls = it => it.tagName !== "ARTICLE" &&
        (getComputedStyle(it).overflowX !== "visible" || scrolls(it.parentElement));
    return [...document.querySelectorAll("article *")]
        .filter(it => it.getBoundingClientRect().right > innerWidth + 1)
        .filter(it => !scrolls(it.parentElement))
        .map(it => it.outerHTML.slice(0, 99));
}"""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a few pages; `nox -s docs` builds all, with warnings as errors."""
    folder = tmp_path_factory.mktemp("site")
    names = ",".join(f"{name}.md" for name in (*PAGES, COMMANDS, GUIDE, "reference"))
    command = [sys.executable, "-m", "sphinx", "-Q", "-D", f"include_patterns={names}"]
    subprocess.run([*command, str(DOCS), str(folder)], check=True)
    return folder


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_pages(page: Page, site: Path, scheme: Literal["light", "dark"]) -> None:
    """No page has errors, is wider than the window, or lacks a picture."""
    await page.emulate_media(color_scheme=scheme)

    for name in PAGES:
        await page.goto((site / f"{name}.html").as_uri())
        root = "document.documentElement"
        extra = await page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
        missing = await page.evaluate(
            "[...document.images].filter(it => !it.naturalWidth).map(it => it.src)"
        )

        assert (name, 0, [], []) == (
            name,
            extra,
            missing,
            await page.evaluate(FIND_CUT),
        )


@pytest.mark.parametrize("name", ["index", COMMANDS, GUIDE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_pages_are_accessible(
    page: Page, site: Path, axe: str, scheme: Literal["light", "dark"], name: str
) -> None:
    """axe-core finds nothing serious, and nothing is wider than the window."""
    await page.emulate_media(color_scheme=scheme)
    await page.goto((site / f"{name}.html").as_uri())
    await expect_no_overflow(page)
    found = await find_violations(page, axe)

    # The theme's own: two landmarks without names.
    assert {"moderate"} >= {impact for impact, *_ in found.values()}, found


@pytest.mark.parametrize("name", ["index", COMMANDS, GUIDE])
async def test_keys_reach_everything(page: Page, site: Path, name: str) -> None:
    """Tab leads to each link, button and box that scrolls, and shows where it is."""
    await page.goto((site / f"{name}.html").as_uri())

    assert [] == await find_unreached(page)


async def test_long_errors_wrap(page: Page, site: Path) -> None:
    """A sample of an error is as wide as its box, also on a phone."""
    await page.goto((site / "tutorial-knowledge-base.html").as_uri())
    samples = page.locator(".highlight-text pre")
    extra = "all => all.map(it => it.scrollWidth - it.clientWidth)"
    widths = await samples.evaluate_all(extra)

    assert {0} == {*widths}


@ONCE
async def test_commands_are_copied(page: Page, site: Path) -> None:
    """The button copies the commands of a session, without prompts and output."""
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.goto((site / f"{COMMANDS}.html").as_uri())
    session = page.locator(".highlight-console").filter(has_text="UUID").first
    shown = await session.locator("pre").inner_text()
    await session.hover()
    await session.locator("button.copybtn").click()
    copied = await page.evaluate("navigator.clipboard.readText()")

    commands = [line[2:] for line in shown.splitlines() if line.startswith("$ ")]
    assert commands == copied.splitlines()
    assert len(commands) < len(shown.splitlines())


@ONCE
async def test_pictures_follow_the_switch(page: Page, site: Path) -> None:
    """A page that is switched to dark draws its pictures as on a dark system."""
    diagram = page.locator("article img").first
    await page.emulate_media(color_scheme="dark")
    await page.goto((site / "concepts.html").as_uri())
    dark = await diagram.screenshot()

    await page.emulate_media(color_scheme="light")
    assert dark != await diagram.screenshot()

    await page.evaluate("document.body.dataset.theme = 'dark'")
    assert dark == await diagram.screenshot()


@ONCE
async def test_cards_lead_to_pages(page: Page, site: Path) -> None:
    """The home page has five doors, and the one to the terminal opens its page."""
    await page.goto((site / "index.html").as_uri())
    cards = page.locator(".sd-card")
    await expect(cards).to_have_count(5)
    await cards.last.click()

    await expect(page.locator("h1")).to_contain_text("The command")


def test_plain_text(site: Path) -> None:
    """`llms.txt` lists a copy of each page, which has the text of the page."""
    listed = (site / "llms.txt").read_text("utf-8")
    entries = re.findall(r"^- \[.+\]\((.+\.txt)\): \w.+$", listed, re.MULTILINE)
    names = {f"{it}.txt" for it in (*PAGES, COMMANDS, GUIDE, "reference")}

    assert set() == {it for it in names if not (site / it).exists()}
    assert sorted(names - {"index.txt"}) == sorted(entries)
    assert "\n> gradient_async is an asyncio client" in listed
    # A docstring, which is on no page itself.
    assert "Id of the job." in (site / "reference/jobs.txt").read_text("utf-8")
