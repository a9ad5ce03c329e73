"""
A plain-text copy of each page beside it, and `llms.txt`, the list of the copies.

A program that reads them needs no HTML parser: `streaming.txt` has the text of
`streaming.html`, also what the reference takes from docstrings.
"""  # noqa: INP001

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from docutils import nodes
from sphinx.addnodes import toctree
from sphinx.builders.text import TextBuilder

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

_FIRST_SENTENCE = re.compile(r".+?(?=[.?](?:\s|$)|:$|$)", re.DOTALL)


class Section(NamedTuple):
    """Pages below one caption."""

    caption: str
    entries: list[str]
    """One line of Markdown for each page."""


def write_copies(app: Sphinx, failure: Exception | None) -> None:
    """Write a copy of each page, and their list, once the pages are written."""
    if failure is not None or app.builder.format != "html":
        return
    builder = TextBuilder(app, app.env)
    for name in app.env.found_docs:
        page = app.env.get_and_resolve_doctree(name, builder, tags=app.tags)
        # The links that make a card one large button repeat a title.
        for link in [*page.findall(is_button)]:
            link.parent.remove(link)
        builder.write_doc(name, page)
    text = render(app.config.project, describe(app.env, "index"), sections(app.env))
    (Path(app.outdir) / "llms.txt").write_text(text, "utf-8")


def is_button(node: nodes.Node) -> bool:
    """Whether a node is the invisible link over a card."""
    is_link = isinstance(node, nodes.reference)
    return is_link and "sd-stretched-link" in node["classes"]


def render(title: str, summary: str, parts: list[Section]) -> str:
    """Return the text of `llms.txt`: title, summary, and the pages by section."""
    lists = [f"## {part.caption}\n\n" + "\n".join(part.entries) for part in parts]
    return "\n\n".join([f"# {title}", f"> {summary}.", *lists]) + "\n"


def sections(env: BuildEnvironment) -> list[Section]:
    """Return the sections of the table of contents, in order, with all pages."""
    return [
        Section(
            str(tree["caption"]),
            [
                f"- [{env.titles[name].astext()}]({name}.txt): {describe(env, name)}"
                for listed in tree["includefiles"]
                for name in with_children(env, listed)
            ],
        )
        for tree in env.get_doctree("index").findall(toctree)
    ]


def with_children(env: BuildEnvironment, name: str) -> Iterator[str]:
    """Yield a page, then those in its own table of contents."""
    yield name
    for child in env.toctree_includes.get(name, ()):
        yield from with_children(env, child)


def describe(env: BuildEnvironment, name: str) -> str:
    """Return the first sentence of a page, in one line."""
    text = next(env.get_doctree(name).findall(nodes.paragraph)).astext()
    sentence = _FIRST_SENTENCE.match(text)
    return " ".join(sentence[0].split()) if sentence else ""


def setup(app: Sphinx) -> dict[str, bool]:
    """Hook into the build."""
    app.connect("build-finished", write_copies)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
