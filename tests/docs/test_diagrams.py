"""The diagrams on the page of concepts can be read by everyone, and are true."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import pytest

from gradient_async import Client, IndexingJobPhase, IndexingJobStatus
from gradient_async.models import OpenEnum

DOCS: Final = Path(__file__).parents[2] / "docs"
PAGE: Final = (DOCS / "concepts.md").read_text("utf-8")
# A text for those who do not see it, the file, and the paragraph below.
DIAGRAMS: Final = re.findall(r"^!\[(.+)\]\((.+\.svg)\)\n\n(\w.+)", PAGE, re.MULTILINE)
SVG: Final = "{http://www.w3.org/2000/svg}"


def texts(name: str) -> list[str]:
    """Return what is written in a diagram, in the order of its file."""
    root = ET.parse(DOCS / "_static" / name).getroot()
    return [it.text or "" for it in root.iter(f"{SVG}text")]


def test_each_section_has_a_diagram() -> None:
    """Each section of the page has a diagram, and a paragraph that says the same."""
    assert 4 == len(DIAGRAMS) == PAGE.count("\n## ") == PAGE.count("![")


@pytest.mark.parametrize("path", [path for _, path, _ in DIAGRAMS])
def test_diagram_can_be_read(path: str) -> None:
    """A diagram has a title, a description, and colours for light and dark."""
    root = ET.parse(DOCS / path).getroot()
    named = [root.find(SVG + it) for it in root.attrib["aria-labelledby"].split()]
    style = root.findtext(f"{SVG}style") or ""

    assert "img" == root.attrib["role"]
    assert ["title", "desc"] == [it.attrib["id"] for it in named if it is not None]
    assert all(it.text for it in named if it is not None)
    assert "prefers-color-scheme: dark" in style
    # As wide as a phone, so that it is not shrunk beyond reading.
    assert int(root.attrib["width"]) <= 420


@pytest.mark.parametrize("kind", [IndexingJobPhase, IndexingJobStatus])
def test_diagram_of_a_job_is_complete(kind: type[OpenEnum]) -> None:
    """The diagram of a job names every phase and every status."""
    names = {it.short_name for it in kind} - {"unknown"}

    assert set() == names - {*texts("job.svg")}


def test_diagram_of_a_call_has_the_default_timeout() -> None:
    """The deadline in the diagram of a call is the default of `timeout`."""
    timeout = inspect.signature(Client).parameters["timeout"].default

    assert f"deadline: {timeout:g} s for all of this" in texts("call.svg")
