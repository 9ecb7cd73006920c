"""What a run shows of time: how long things took, and when exchanges failed; each as a chart and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from ....schemas.statistics import DELAY, NEWEST
from ...statistics import EDGES, MISSING, NEGATIVE, READ, STATED, UNREADABLE
from .charts import Series, bars
from .figures import JUDGED
from .texts import duration, percent, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...statistics import Statistics, Timeline

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TABLE: Final = "The table below has every figure."


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture, empty where there is nothing to see, and the same as a table."""

    title: str
    over: str
    picture: Markup
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str


def charts_of(statistics: Statistics) -> list[Chart]:
    """Both charts."""
    return [_timeline(statistics), _delays(statistics)]


def _delays(statistics: Statistics) -> Chart:
    counts, names = statistics.delays, [_bucket(place) for place in range(len(EDGES))]
    values = [counts.get(str(edge), 0) for edge in EDGES]
    total = sum(values)
    over = f"Over {total:,} of {sum(counts.values()):,} {DELAY.noun} of {JUDGED}: those with both times."
    picture, rows = Markup(), list[list[str]]()
    if total:
        most = max(range(len(EDGES)), key=values.__getitem__)
        told = f"Bar chart of {total:,} delays; most, {values[most]:,}, are {names[most]}. {_TABLE}"
        picture = bars(names, [duration(edge) for edge in EDGES], [Series(DELAY.noun, values)], told)
        over += " Each bar is labelled with the delay at which it begins."
        rows = [[name, f"{value:,}", percent(value, total)] for name, value in zip(names, values, strict=True)]
    columns = ("Delay", DELAY.noun.capitalize(), "Share")
    return Chart(DELAY.title, over, picture, columns, rows, f"{_left_out(statistics)}{DELAY.caveat}")


def _left_out(statistics: Statistics) -> str:
    apart = {
        NEGATIVE: "that end before they begin",
        UNREADABLE: "with a time that names no instant",
        MISSING: "without one of the times",
    }
    left = [f"{statistics.delays[key]:,} {what}" for key, what in apart.items() if statistics.delays.get(key)]
    return f"Not in the chart: {', '.join(left)}. " if left else ""


def _bucket(place: int) -> str:
    if not place:
        return f"under {duration(EDGES[1])}"
    first = duration(EDGES[place])
    return f"{first} or more" if place + 1 == len(EDGES) else f"{first} to {duration(EDGES[place + 1])}"


def _timeline(statistics: Statistics) -> Chart:
    timeline, unit = statistics.timeline, statistics.timeline.unit.value
    names = timeline.buckets()
    failed = [timeline.failed.get(name, 0) for name in names]
    passed = [timeline.checked.get(name, 0) - bad for name, bad in zip(names, failed, strict=True)]
    picture, span = Markup(), ""
    if names:
        labels = [_label(name) for name in names]
        picture = bars(names, labels, [Series("failed", failed), Series("passed", passed)], _told(timeline, names))
        span = f" {_span(names)}"
    both = zip(names, passed, failed, strict=True)
    rows = [[name, f"{good + bad:,}", f"{bad:,}"] for name, good, bad in both if good or bad]
    shown = sum(timeline.checked.values())
    over = f"Over {shown:,} of {plural(statistics.judged, 'judged exchange')}, by {unit} (UTC){span}."
    columns = (unit.capitalize(), "Checked", "Failed")
    return Chart("Checked and failed over time", over, picture, columns, rows, _dated(statistics.moments))


def _dated(moments: dict[str, int]) -> str:
    """How it is known when exchanges took place."""
    sources = {STATED: "by the `Date` of the response", READ: f"by {NEWEST.title}, so perhaps later"}
    told = [f"{plural(moments[key], 'exchange')} dated {how}." for key, how in sources.items() if moments.get(key)]
    if moments.get(MISSING):
        told.append(f"Not in the chart: {moments[MISSING]:,} without a time that can be believed.")
    return " ".join(told)


def _label(name: str) -> str:
    """A day or a month, short: the year is told beside."""
    year, *rest = name.split("-")
    if not rest:
        return year
    month = _MONTHS[int(rest[0]) - 1]
    return f"{int(rest[1])} {month}" if len(rest) > 1 else f"{month} {year}"


def _span(names: Sequence[str]) -> str:
    return f"from {names[0]} to {names[-1]}" if len(names) > 1 else f"on {names[0]}"


def _told(timeline: Timeline, names: Sequence[str]) -> str:
    worst = max(sorted(timeline.failed), key=timeline.failed.__getitem__, default=None)
    peak = f", most of them, {timeline.failed[worst]:,}, on {worst}" if worst else ""
    checked = plural(sum(timeline.checked.values()), "exchange")
    return f"Bar chart of {checked} {_span(names)}; {sum(timeline.failed.values()):,} failed{peak}. {_TABLE}"
