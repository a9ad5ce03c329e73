"""Build HTML and SVG, in which all text is escaped; pure."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, tostring

from gradient_async.printable import printable

__all__ = ["Element", "add", "to_html"]


def add(
    parent: Element,
    tag: str,
    text: str = "",
    attributes: Mapping[str, str | float] | None = None,
) -> Element:
    """
    Append an element to another one, and return it.

    Control characters, also those that change the direction of text, become spaces.
    """
    element = SubElement(parent, tag)
    element.text = printable(text)
    for name, value in (attributes or {}).items():
        short = f"{value:.2f}" if isinstance(value, float) else str(value)
        element.set(name, printable(short))
    return element


def to_html(root: Element) -> str:
    """Return a whole document as HTML."""
    return f"<!doctype html>\n{tostring(root, 'unicode', method='html')}\n"
