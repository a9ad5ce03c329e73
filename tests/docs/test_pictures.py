"""The pictures of the command show what it draws today."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from tests.docs.pictures import PICTURES, STATIC, draw


@pytest.mark.parametrize("name", PICTURES)
def test_picture_is_up_to_date(name: str) -> None:
    """A picture is what `python -m tests.docs.pictures` writes today."""
    assert draw(name) == (STATIC / name).read_text("utf-8")


@pytest.mark.parametrize("name", PICTURES)
def test_picture_needs_nothing_else(name: str) -> None:
    """A picture is well-formed, and loads nothing from elsewhere."""
    svg = draw(name)

    assert "img" == ET.fromstring(svg).attrib["role"]
    assert [] == [it for it in ("url(http", "href", "@import") if it in svg]


def test_pictures_are_shown() -> None:
    """The README shows each picture, and with it the home page does."""
    readme = (STATIC.parents[1] / "README.md").read_text("utf-8")
    shown = readme.split("<!-- what it is -->")[1].split("<!-- end of what it is -->")[
        0
    ]

    assert [] == [it for it in PICTURES if f"(docs/_static/{it})" not in shown]
