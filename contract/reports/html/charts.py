"""Charts as inline SVG: bars without a script, a style or a colour of their own; the page's style sheet has these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pygal
from markupsafe import Markup
from pygal.style import Style

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Size(NamedTuple):
    """A picture for screens of one kind: it is drawn twice, since a picture that shrinks has letters that shrink."""

    name: str
    width: int
    height: int
    labels: int
    """How many labels have room below it."""


SIZES: Final = (Size("wide", 720, 220, 16), Size("narrow", 320, 200, 6))
"""For screens of 720 pixels and more, and for telephones, which have 360 at least."""

_LETTERS: Final = 12
_FAMILY: Final = "system-ui"
_STYLE: Final = Style(
    font_family=_FAMILY, label_font_size=_LETTERS, major_label_font_size=_LETTERS, value_font_size=_LETTERS
)
"""pygal measures the room for labels by it; what is drawn is drawn by the style sheet of the page."""
_KEPT: Final = {"svg", "g", "path", "rect", "text"}
_ATTRIBUTES: Final = {"class", "d", "height", "transform", "width", "x", "y"}
_LEFT_OUT: Final = ("background", "overlay", "titles")
"""Classes of what is there for scripts, or drawn by the page."""


class Series(NamedTuple):
    """One kind of bars."""

    name: str
    values: Sequence[int]


def bars(labels: Sequence[str], series: Sequence[Series], told: str) -> Markup:
    """Bars on top of each other above labels; `told` says in words what there is to see.

    >>> drawn = bars(["Mon", "Tue"], [Series("passed", [1, 2])], "two days")
    >>> "<title>Tue, passed: 2</title>" in drawn, "script" in drawn, "style=" in drawn
    (True, False, False)
    """
    return Markup("\n").join(_drawn(size, labels, series, told) for size in SIZES)


def _drawn(size: Size, labels: Sequence[str], series: Sequence[Series], told: str) -> Markup:
    every = -(-len(labels) // size.labels)
    chart: Any = pygal.StackedBar(
        width=size.width,
        height=size.height,
        style=_STYLE,
        no_prefix=True,
        show_legend=False,
        margin=2,
        spacing=6,
        x_labels=list(labels),
        x_labels_major=list(labels[::every]),
        show_minor_x_labels=False,
        y_labels_major_count=3,
        min_scale=2,
        max_scale=5,
        formatter="{:,.0f}".format,
        print_values=False,
    )
    for one in series:
        chart.add(one.name, list(one.values))
    root = chart.render_tree()
    names = [Markup("<title>{}, {}: {:,}</title>").format(label, one.name, value) for one in series
             for label, value in zip(labels, one.values, strict=True)]  # fmt: skip
    inside = Markup("").join(_written(child, iter(names)) for child in root)
    return Markup('<svg class="chart {}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        size.name, size.width, size.height, told, inside
    )
