"""What was seen, in figures: words, fields by channel, delays, days and statuses, small enough to send and merge.

Everything is a count under a key of a closed set, so that two halves of a run add up to the whole, in any order. It is
collected only where somebody asks (`Keep.statistics`), and holds no value that the document does not know.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Counts = dict[str, int]
"""How often what was seen."""

OTHERS: Final = "(other)"
"""The key of what is there and not known by name."""
MISSING: Final = "(none)"
"""The key of what is not there, or cannot be read."""
NEGATIVE: Final = "(negative)"
"""The key of delays that end before they begin."""
UNREADABLE: Final = "(unreadable)"
"""The key of delays of which a time is there that names no instant."""
ROWS: Final = "(rows)"
"""The key of the rows that have the fields."""

STATED: Final = "(stated)"
"""The key of exchanges whose time their response states (`Date`, RFC 9110 §6.6.1)."""
READ: Final = "(read)"
"""The key of exchanges whose time is read from the rows of their answer."""

EDGES: Final = (0, 1, 3, 10, 30, 120, 300, 900, 3_600, 10_800, 43_200, 86_400, 259_200, 864_000, 2_592_000)
"""Where the buckets of delays begin, in seconds. Each is two to four times as long as the one before, on durations
that people name (3 s, 5 min, 3 d): delays spread over six orders of magnitude, from the second that both times are
written to, up to a month of trying again."""

MOST_BUCKETS: Final = 100
"""Columns of a timeline: as many as a picture of 700 pixels can tell apart, at 7 each."""


class Unit(StrEnum):
    """How long the buckets of a timeline are, from short to long."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


_LETTERS: Final = {Unit.DAY: len("2026-01-31"), Unit.MONTH: len("2026-01"), Unit.YEAR: len("2026")}
"""How much of an ISO 8601 date names a bucket."""


class Timeline(msgspec.Struct):
    """How many exchanges were checked in each bucket, and how many of them failed.

    The buckets are days as long as all lie within `MOST_BUCKETS`, then months, then years; which of these it comes to
    depends on what was seen only, not on the order.

    >>> timeline = Timeline()
    >>> timeline.add({"2026-01-31": 2, "2026-02-01": 1}, {"2026-02-01": 1})
    >>> timeline.unit.value, timeline.buckets()
    ('day', ['2026-01-31', '2026-02-01'])
    >>> timeline.add({"2025-01-31": 1}, {})
    >>> timeline.unit.value, timeline.checked["2026-01"], len(timeline.buckets())
    ('month', 2, 14)
    """

    unit: Unit = Unit.DAY
    checked: Counts = msgspec.field(default_factory=Counts)
    failed: Counts = msgspec.field(default_factory=Counts)

    def add(self, checked: Mapping[str, int], failed: Mapping[str, int]) -> None:
        """Take in exchanges by their day, as `YYYY-MM-DD`; those that failed are among those that were checked."""
        _add(self.checked, _cut(checked, self.unit))
        _add(self.failed, _cut(failed, self.unit))
        self._settle()

    def merge(self, other: Timeline) -> None:
        """Take in another timeline."""
        self.unit = max(self.unit, other.unit, key=list(Unit).index)
        for mine, theirs in ((self.checked, other.checked), (self.failed, other.failed)):
            found = _cut(mine, self.unit)
            mine.clear()
            _add(mine, found)
            _add(mine, _cut(theirs, self.unit))
        self._settle()

    def buckets(self) -> list[str]:
        """Every bucket from the first to the last, those in which nothing happened too."""
        if not self.checked:
            return []
        first, last = _number(min(self.checked), self.unit), _number(max(self.checked), self.unit)
        return [_name(number, self.unit) for number in range(first, last + 1)]

    def _settle(self) -> None:
        while self.unit is not Unit.YEAR and _span(self.checked, self.unit) > MOST_BUCKETS:
            self.unit = list(Unit)[list(Unit).index(self.unit) + 1]
            self.checked = _cut(self.checked, self.unit)
            self.failed = _cut(self.failed, self.unit)


class Statistics(msgspec.Struct):
    """The figures of a run.

    >>> from interpact.contract.checker import check
    >>> from interpact.contract.exchange import Exchange, Place, Response
    >>> from interpact.contract.keep import Keep
    >>> body = '{"name": "capillary", "interaction": [{"name": "sms", "count": 0, "messageList": []}]}'
    >>> exchange = Exchange(Place("a"), response=Response.of(body, 200, {"Date": "Sun, 06 Nov 2022 08:49:37 GMT"}))
    >>> found = check([exchange], keep=Keep(statistics=True)).statistics
    >>> found.words["channel"], found.timeline.checked, found.statuses
    ({'sms': 1}, {'2022-11-06': 1}, {'200': 1})
    """

    words: dict[str, Counts] = msgspec.field(default_factory=dict[str, Counts])
    """By the name of each vocabulary its known words, `OTHERS` and `MISSING`, over the rows of all exchanges that were
    judged and whose body could be read."""
    fields: dict[str, dict[str, Counts]] = msgspec.field(default_factory=dict[str, dict[str, Counts]])
    """By the name of each kind of row and then by known word, or `OTHERS` or `MISSING`: each field, how often it has
    something in it, and `ROWS`. Over what passed only, as all that is said to be covered."""
    delays: Counts = msgspec.field(default_factory=Counts)
    """By where a bucket begins, of `EDGES`, or `NEGATIVE`, `UNREADABLE` and `MISSING`, over the rows of `words`."""
    timeline: Timeline = msgspec.field(default_factory=Timeline)
    """When exchanges took place that were judged."""
    moments: Counts = msgspec.field(default_factory=Counts)
    """How that is known, by `STATED`, `READ` and `MISSING`."""
    statuses: Counts = msgspec.field(default_factory=Counts)
    """The status codes of all responses of the operation, judged or not; `OTHERS` are none (RFC 9110 §15), and
    `MISSING` was not recorded."""

    @property
    def judged(self) -> int:
        """How many of the exchanges that were judged the figures are of."""
        return sum(self.moments.values())

    def merge(self, other: Statistics) -> None:
        """Take in what others saw; the order does not matter.

        >>> whole = Statistics(statuses={"200": 1})
        >>> whole.merge(Statistics(statuses={"200": 1, "404": 1}))
        >>> whole.statuses
        {'200': 2, '404': 1}
        """
        for name, counts in other.words.items():
            _add(self.words.setdefault(name, {}), counts)
        for name, by_word in other.fields.items():
            mine = self.fields.setdefault(name, {})
            for word, counts in by_word.items():
                _add(mine.setdefault(word, {}), counts)
        _add(self.delays, other.delays)
        _add(self.moments, other.moments)
        _add(self.statuses, other.statuses)
        self.timeline.merge(other.timeline)


def merged_statistics(some: Statistics | None, others: Statistics | None) -> Statistics | None:
    """Both together, in the first of them that is there; `None` where nobody asked for any.

    >>> merged_statistics(None, Statistics(statuses={"200": 1})).statuses, merged_statistics(None, None)
    ({'200': 1}, None)
    """
    if others is None:
        return some
    found = Statistics() if some is None else some
    found.merge(others)
    return found


def counted(pairs: Iterable[tuple[str, int]]) -> Counts:
    """Counts, those of one key added up, none that is zero.

    >>> counted([("a", 1), ("b", 0), ("a", 2)])
    {'a': 3}
    """
    found: Counts = {}
    for key, count in pairs:
        if count:
            found[key] = found.get(key, 0) + count
    return found


def _add(mine: Counts, theirs: Mapping[str, int]) -> None:
    for key, count in theirs.items():
        mine[key] = mine.get(key, 0) + count


def _cut(counts: Mapping[str, int], unit: Unit) -> Counts:
    return counted((key[: _LETTERS[unit]], count) for key, count in counts.items())


def _span(counts: Counts, unit: Unit) -> int:
    return _number(max(counts), unit) - _number(min(counts), unit) + 1 if counts else 0


def _number(name: str, unit: Unit) -> int:
    """Buckets counted from the beginning of the calendar on."""
    if unit is Unit.DAY:
        return date.fromisoformat(name).toordinal()
    year, _, month = name.partition("-")
    return int(year) * 12 + int(month) - 1 if unit is Unit.MONTH else int(year)


def _name(number: int, unit: Unit) -> str:
    if unit is Unit.DAY:
        return date.fromordinal(number).isoformat()
    return f"{number // 12:04}-{number % 12 + 1:02}" if unit is Unit.MONTH else f"{number:04}"
