"""Charts as inline SVG: bars for groups, columns for days; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs
from rich.text import Text

from gradient_async.cli.report.elements import Element, add
from gradient_async.cli.report.group import Group, Outcome
from gradient_async.printable import printable

# The width of a phone, so that text has its size there; a desktop shows two abreast.
_WIDTH: Final = 360
_MAX_BARS: Final = 12
_MAX_COLUMNS: Final = 120
_LABEL_WIDTH: Final = 34
_ROW_HEIGHT: Final = 38
_BAR_HEIGHT: Final = 14
_PLOT_HEIGHT: Final = 150
_TEXT_HEIGHT: Final = 20


@attrs.frozen
class Bar:
    """A bar of a chart: its parts are stacked."""

    label: str
    """What it is about."""
    parts: Sequence[tuple[str, float]]
    """The class and the size of each part."""

    @property
    def total(self) -> float:
        """Its length."""
        return sum(size for _, size in self.parts)


@attrs.frozen
class Chart:
    """What a chart shows."""

    noun: str
    """What the numbers count."""
    name: str
    """What the bars are, such as `by day`."""
    bars: Sequence[Bar]
    """Its bars, in order."""

    @property
    def id(self) -> str:
        """Identifies it on the page."""
        return f"{self.noun} {self.name}".replace(" ", "-")

    @property
    def title(self) -> str:
        """Its title."""
        return f"{self.noun.capitalize()} {self.name}"


def outcome_bar(group: Group) -> Bar:
    """Return a bar for the outcomes of a group's jobs."""
    return Bar(group.label, [(it.value, group.outcomes[it]) for it in Outcome])


def token_bar(group: Group) -> Bar:
    """Return a bar for the tokens of a group."""
    return Bar(group.label, [("tokens", group.tokens)])


def add_bar_chart(parent: Element, chart: Chart) -> None:
    """Append a chart with a horizontal bar for each of the first twelve groups."""
    bars = chart.bars[:_MAX_BARS]
    svg = _add_svg(parent, chart, bars, height=len(bars) * _ROW_HEIGHT)
    longest = max((bar.total for bar in bars), default=0) or 1
    for row, bar in enumerate(bars):
        top = row * _ROW_HEIGHT
        _add_text(svg, 0, top + 13, _shorten(bar.label))
        _add_text(svg, _WIDTH, top + 13, f"{bar.total:,.0f}", anchor="end")
        left = 0.0
        for name, size in bar.parts:
            width = size * _WIDTH / longest
            _add_rectangle(svg, name, at=(left, top + 18), size=(width, _BAR_HEIGHT))
            left += width


def add_column_chart(parent: Element, chart: Chart) -> None:
    """Append a chart with a column for each of the latest 120 days with jobs."""
    bars = chart.bars[-_MAX_COLUMNS:]
    height = _PLOT_HEIGHT + 2 * _TEXT_HEIGHT
    svg = _add_svg(parent, chart, bars, height=height)
    highest = max(bar.total for bar in bars) or 1
    _add_text(svg, 0, 13, f"{highest:,.0f} {chart.noun}")
    pitch = _WIDTH / len(bars)
    for column, bar in enumerate(bars):
        bottom = float(_TEXT_HEIGHT + _PLOT_HEIGHT)
        for name, size in bar.parts:
            part = size * _PLOT_HEIGHT / highest
            bottom -= part
            _add_rectangle(
                svg, name, at=(column * pitch, bottom), size=(pitch * 0.85, part)
            )
    _add_text(svg, 0, height - 5, _shorten(bars[0].label))
    if len(bars) > 1:
        _add_text(svg, _WIDTH, height - 5, _shorten(bars[-1].label), anchor="end")


def _add_svg(
    parent: Element, chart: Chart, bars: Sequence[Bar], *, height: int
) -> Element:
    """Append a figure with a caption, and a picture with a description."""
    figure = add(parent, "figure")
    hidden = f" ({len(bars)} of {len(chart.bars)})" if bars != chart.bars else ""
    add(figure, "figcaption", f"{chart.title}{hidden}")
    attributes = {
        "viewBox": f"0 0 {_WIDTH} {height}",
        "role": "img",
        "aria-labelledby": f"{chart.id}-title",
        "aria-describedby": f"{chart.id}-text",
    }
    svg = add(figure, "svg", "", attributes)
    add(svg, "title", chart.title, {"id": f"{chart.id}-title"})
    text = "; ".join(f"{bar.label}: {bar.total:,.0f}" for bar in bars)
    add(svg, "desc", text, {"id": f"{chart.id}-text"})
    return svg


def _add_rectangle(
    svg: Element, name: str, *, at: tuple[float, float], size: tuple[float, float]
) -> None:
    if all(size):
        place = zip(("x", "y", "width", "height"), map(float, at + size), strict=True)
        add(svg, "rect", "", {"class": name, **dict(place)})


def _add_text(
    svg: Element, x: float, y: float, text: str, *, anchor: str = "start"
) -> None:
    add(svg, "text", text, {"x": x, "y": y, "text-anchor": anchor})


def _shorten(text: str) -> str:
    """Return a text that fits beside a number."""
    short = Text(printable(text))
    short.truncate(_LABEL_WIDTH, overflow="ellipsis")
    return short.plain
