"""Charts as inline SVG: bars without a script, a style or a colour of their own; the page's style sheet has these.

pygal, since it is small, is pure Python and gives each thing that it draws a class. Pictures of matplotlib, or of Vega
through vl-convert, carry colours and fonts in style attributes, which the page's policy forbids and dark mode cannot
change, and weigh tens of megabytes.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pygal  # pyright: ignore[reportMissingTypeStubs]
from markupsafe import Markup
from pygal.style import Style  # pyright: ignore[reportMissingTypeStubs]

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# pygal adds a finder of modules for its maps, of a kind that Python 3.11 warns of at each import that fails.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != pygal.__name__]


class Size(NamedTuple):
    """A picture for screens of one kind: each chart is drawn for all, since letters shrink with a picture."""

    name: str
    width: int
    height: int


SIZES: Final = (Size("wide", 720, 220), Size("narrow", 320, 200))
"""For windows that have room for 720 pixels, and for telephones, of which few have less than 360."""

_FONT: Final = {"font_family": "sans-serif", "label_font_size": 12, "major_label_font_size": 12}
"""pygal only measures the room for labels by it; the page draws them."""
_LETTER, _GAP = 7, 5
"""Pixels of a letter of a label, and of the gap between two labels, at that size."""
_KEPT: Final = frozenset({"g", "path", "rect", "text", "title"})
_ATTRIBUTES: Final = frozenset({"class", "d", "height", "transform", "width", "x", "y"})
_FOR_SCRIPTS: Final = frozenset({"background", "overlay", "text-overlay", "titles", "tooltip-overlay"})
"""Classes of what is left out: it is filled by scripts, or hides the page."""


class Series(NamedTuple):
    """One kind of bars."""

    name: str
    values: Sequence[int]


def bars(names: Sequence[str], labels: Sequence[str], series: Sequence[Series], told: str) -> Markup:
    """Bars on top of each other, above labels that are short for their names; `told` says what there is to see.

    >>> drawn = bars(["Monday", "Tuesday"], ["Mon", "Tue"], [Series("passed", [1, 2])], "two days")
    >>> "<title>Tuesday, passed: 2</title>" in drawn, "script" in drawn, "style" in drawn
    (True, False, False)
    """
    drawn: list[Markup] = []
    for size in SIZES:
        inside = Markup().join(_inside(_chart(size, names, labels, series).render_tree()))
        picture = Markup('<svg class="chart {}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')
        drawn.append(picture.format(size.name, size.width, size.height, told, inside))
    return Markup("\n").join(drawn)


def _chart(size: Size, names: Sequence[str], labels: Sequence[str], series: Sequence[Series]) -> Any:
    most = max(size.width // (_LETTER * max(map(len, labels)) + _GAP), 1)
    chart: Any = pygal.StackedBar(
        width=size.width,
        height=size.height,
        style=Style(**_FONT),
        no_prefix=True,
        show_legend=False,
        margin=2,
        spacing=6,
        x_labels=list(labels),
        x_labels_major=list(labels[:: -(-len(labels) // most)]),
        show_minor_x_labels=False,
        truncate_label=-1,
        min_scale=2,
        max_scale=5,
        formatter="{:,.0f}".format,
    )
    for one in series:
        pairs = zip(names, one.values, strict=True)
        chart.add(one.name, [{"value": value, "tooltip": f"{name}, {one.name}: {value:,}"} for name, value in pairs])
    return chart


def _inside(parent: Any) -> Iterator[Markup]:
    """The children of an element that the page needs, as text."""
    for node in parent:
        classes = set(node.attrib.get("class", "").split())
        if node.tag in _KEPT and not classes & _FOR_SCRIPTS and node.attrib.get("height") != "0.0":
            pairs = ((name, _short(value)) for name, value in node.attrib.items() if name in _ATTRIBUTES and value)
            attributes = Markup().join(Markup(' {}="{}"').format(*pair) for pair in pairs)
            children = Markup().join(_inside(node))
            yield Markup("<{0}{1}>{2}{3}</{0}>").format(node.tag, attributes, node.text or "", children)


def _short(value: str) -> str:
    """A length in tenths of a pixel; anything else as it is."""
    try:
        return f"{float(value):.1f}".removesuffix(".0")
    except ValueError:
        return value
