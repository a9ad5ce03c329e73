"""How Sphinx builds these pages; `nox -s docs` runs it, warnings are errors."""  # noqa: INP001

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version as version_of
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import gradient_async
from gradient_async import models

if TYPE_CHECKING:
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

# An annotation shows what a reader needs; how JSON has it is no part of that.
for name in models.__all__:
    getattr(models, name)  # Loads its module.
for module in vars(models).values():
    if isinstance(module, ModuleType):
        shown = {"Timestamp": datetime, "Int64": int}
        vars(module).update((it, shown[it]) for it in shown.keys() & vars(module))

project = "gradient_async"
author = "the gradient_async contributors"
version = release = version_of("gradient-async")

# The extensions that are files beside this one.
sys.path.append(str(Path(__file__).parent))

extensions = [
    "myst_parser",
    "plain_text",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
]
exclude_patterns = ["_build"]

html_theme = "furo"
html_title = f"gradient_async {release}"
html_show_copyright = False
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]

# Of a session in the terminal, the commands are copied, without their output.
copybutton_prompt_text = "$ "
copybutton_copy_empty_lines = False

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# Docstrings are Markdown at heart: what stands in single backticks is code.
default_role = "code"
# Literal blocks in docstrings are Python mostly, and plain text now and then.
highlight_language = "default"

autodoc_member_order = "bysource"
# `JSON` speaks of itself, so it cannot be written out.
autodoc_type_aliases = {"JSON": "JSON"}
autodoc_typehints_format = "short"
napoleon_numpy_docstring = False
napoleon_custom_sections = [("Source", "notes_style")]

# A page is built without a network, so names of other projects stay plain text.
# Ours all have to lead somewhere, apart from type variables and private helpers.
nitpicky = True
nitpick_ignore_regex = [
    (r"py:.*", r"(?!gradient_async).*"),
    (r"py:.*", r"gradient_async\..*\.(T|T_co|E)"),
]

_CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)(\w?)")
# The default of a key that may be left out; its repr is what signatures show.
_OMITTED = type("Omitted", (), {"__repr__": lambda _: "..."})()
_TABLE_RULE = re.compile(r"\|(?: *:?-+:? *\|)+")


def prepare_docstring(
    _app: Sphinx,
    what: str,
    _name: str,
    _obj: Any,
    _options: Any,
    lines: list[str],
) -> None:
    """Turn the Markdown of docstrings into what Sphinx reads; napoleon runs after."""
    if what in {"attribute", "property"} and lines:
        # Napoleon takes what stands before a colon for a type, but for one at the end.
        lines[:1] = lines[0].replace(": ", ":\n", 1).splitlines()
    lines[:] = _with_tables(_with_code(lines))


def _with_code(lines: list[str]) -> Iterator[str]:
    """Make literal blocks of indented ones that follow an empty line."""
    before, above = "", ""
    is_code = False
    for line in lines:
        is_indented = line.startswith("    ")
        if line and not is_indented:
            is_code = False
        if is_indented and not is_code and not above and before[:1].strip():
            is_code = True
            yield from ("::", "")
        yield line if is_code else _CODE.sub(_literal, line)
        above = line
        before = line or before


def _literal(code: re.Match[str]) -> str:
    """Write code for Sphinx; an escape lets a letter follow, a plural's for example."""
    text, letter = code.groups()
    return f"``{text}``\\ {letter}" if letter else f"``{text}``"


def _with_tables(lines: Iterator[str]) -> Iterator[str]:
    """Make list tables of Markdown ones."""
    for is_table, group in groupby(lines, key=lambda line: line.startswith("|")):
        if not is_table:
            yield from group
            continue
        rows = [row for row in group if not _TABLE_RULE.fullmatch(row)]
        yield from (".. list-table::", "   :header-rows: 1", "")
        for row in rows:
            first, *others = [cell.strip() for cell in row.strip("|").split(" | ")]
            yield f"   * - {first}"
            yield from (f"     - {cell}" for cell in others)
        yield ""


def expand_options(_app: Sphinx, function: Any, _is_bound: Any) -> None:
    """Show each key of an unpacked `TypedDict` as a parameter of its own."""
    # A class method comes bound; only its function can keep a signature.
    function = getattr(function, "__func__", function)
    signature = inspect.signature(function)
    *others, last = [*signature.parameters.values()] or [None]
    if last is None or last.kind is not last.VAR_KEYWORD:
        return
    # Some annotations are of names that only type checkers import.
    names = {name: getattr(gradient_async, name) for name in gradient_async.__all__}
    (options,) = get_args(get_type_hints(function, localns=names)[last.name])
    keys = [
        last.replace(
            name=key, kind=last.KEYWORD_ONLY, default=_OMITTED, annotation=hint
        )
        for key, hint in get_type_hints(options).items()
    ]
    function.__signature__ = signature.replace(parameters=[*others, *keys])


def find_public_name(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: Any
) -> Any:
    """Lead from where a name is defined to where it is documented."""
    name = node.get("reftarget", "").rpartition(".")[2]
    domain = env.domains.python_domain
    found = [full for full in domain.objects if full.rpartition(".")[2] == name]
    if node.get("refdomain") != "py" or len(found) != 1:
        return None
    return domain.resolve_xref(
        env,
        node["refdoc"],
        app.builder,
        "obj",
        found[0],
        node,
        content,
    )


def level_captions(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _tree: Any
) -> None:
    """Give the captions of the navigation a level, which a heading has to have."""
    name, role = "furo_navigation_tree", 'role="heading"'
    context[name] = context[name].replace(role, f'{role} aria-level="2"')


def setup(app: Sphinx) -> None:
    """Hook into the build."""
    app.connect("autodoc-process-docstring", prepare_docstring, priority=400)
    app.connect("autodoc-before-process-signature", expand_options)
    app.connect("missing-reference", find_public_name)
    # After the theme has drawn the navigation.
    app.connect("html-page-context", level_captions, priority=900)
