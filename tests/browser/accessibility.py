"""What keeps people from a page: findings of axe-core, and what keys do not reach."""

from __future__ import annotations

from typing import Any, Final

from playwright.async_api import Page

# Elements that can have the focus are numbered, to recognise them later.
_NUMBER: Final = """() => {
    const names = "a[href], button, input, select, textarea, summary, [tabindex]";
    const found = [...document.querySelectorAll(names)].filter(it =>
        it.tabIndex >= 0 && !it.disabled &&
        it.checkVisibility({visibilityProperty: true}));
    found.forEach((it, place) => it.dataset.place = place);
    return found.map(it => it.outerHTML.slice(0, 150));
}"""

# Of what has the focus: its number, and whether one can see that it has it.
_DESCRIBE: Final = """() => {
    document.getAnimations().forEach(it => it.finish());
    const it = document.activeElement;
    const {left, right} = it.getBoundingClientRect();
    const isMarked = [null, "::after"].map(part => getComputedStyle(it, part)).some(
        style => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0);
    const isSeen = isMarked && left >= 0 && right <= innerWidth + 1 &&
        it.checkVisibility({opacityProperty: true, visibilityProperty: true});
    return [it.dataset.place ?? null, isSeen];
}"""


async def find_violations(page: Page, axe: str) -> dict[str, Any]:
    """Return the impact of each rule of axe-core that a page breaks, and where."""
    await page.evaluate(axe)
    # Styles are read where they are: a page in a file may not request them.
    found = await page.evaluate("axe.run({preload: false})")
    return {
        it["id"]: [it["impact"], *(node["html"][:200] for node in it["nodes"][:3])]
        for it in found["violations"]
    }


async def find_unreached(page: Page) -> list[str]:
    """Return the elements that Tab does not reach, or whose focus cannot be seen."""
    elements: list[str] = await page.evaluate(_NUMBER)
    seen = set()
    for _ in elements:
        await page.keyboard.press("Tab")
        place, is_seen = await page.evaluate(_DESCRIBE)
        if is_seen:
            seen.add(place)
    return [it for place, it in enumerate(elements) if str(place) not in seen]
