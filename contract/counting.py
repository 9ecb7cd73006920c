"""Counting what exchanges exercised: over the frames that were built to judge them, and over few distinct objects."""

from __future__ import annotations

from collections import Counter
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from msgspec import UNSET

from ..schemas.coverage import HOLDERS, Question, holds, points_of
from ..schemas.frames.seen import seen
from .coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    import msgspec

    from ..schemas.coverage import Holder

_SOMETHING: Final = (True,)
"""Stands for any array that is not empty, and for any text that no point asks for."""
_FULL, _EMPTY, _NULL, _ABSENT = "\x00full", "\x00empty", "\x00null", "\x00absent"
_MEMBERS: Final[dict[Any, Any]] = {_FULL: _SOMETHING, _EMPTY: (), _NULL: None, _ABSENT: UNSET}
"""What the cells of a sketch stand for."""


class Exercised:
    """What a batch exercised, if it passes: kept until it is known who does."""

    def __init__(self) -> None:
        self._answers: list[tuple[dict[int, msgspec.Struct], dict[str, pl.DataFrame]]] = []
        self._columns: list[tuple[pl.DataFrame, dict[str, pl.DataFrame]]] = []
        self._requests: list[pl.DataFrame] = []
        self._refusals: dict[int, Mapping[str, Any]] = {}
        self._unsound: set[int] = set()

    def answers(self, bodies: dict[int, msgspec.Struct], frames: dict[str, pl.DataFrame]) -> None:
        """Take answers, by the index of their exchange, and the tables that hold all of their rows."""
        self._answers.append((bodies, frames))

    def columns(self, bodies: pl.DataFrame, frames: dict[str, pl.DataFrame]) -> None:
        """Take answers that were read together, one row each (`Columns.bodies`), and the tables of all answers."""
        self._columns.append((bodies, frames))

    def tables(self) -> Iterator[tuple[dict[int, msgspec.Struct] | pl.DataFrame, dict[str, pl.DataFrame]]]:
        """The answers that were taken, as they were given, each with the tables that came with them."""
        yield from self._answers
        yield from self._columns

    def rows(self, others: AbstractSet[int], *, sound: bool = False) -> Iterator[dict[str, pl.DataFrame]]:
        """The tables of the answers, `others` left aside; with `sound` also those that have not their structure."""
        left_out = {*others, *self._unsound} if sound else {*others}
        for _, frames in self.tables():
            if frames:
                yield {name: _without(frame, left_out) for name, frame in frames.items()}

    def unsound(self, index: int) -> None:
        """Take note of an answer that has not the structure of one; whatever else its exchange shows may count."""
        self._unsound.add(index)

    def refusal(self, index: int, body: Mapping[str, Any]) -> None:
        """Take a refusal, as parsed JSON value."""
        self._refusals[index] = body

    def requests(self, frame: pl.DataFrame) -> None:
        """Take a table of requests."""
        self._requests.append(frame)

    def coverage(self, others: set[int], statuses: Iterable[int]) -> Coverage:
        """What the exchanges exercised, `others` left aside, which did not pass; `statuses` are those of responses."""
        found = Coverage()
        found.add(in_statuses(statuses))
        for bodies, frames in self._answers:
            left_out = others | (bodies.keys() & self._unsound)
            kept = [body for index, body in bodies.items() if index not in left_out] if left_out else bodies.values()
            found.add(in_answers(kept))
            for name, frame in frames.items():
                found.add(in_frame(name, _without(frame, left_out)))
        for bodies, frames in self._columns:
            found.add(in_bodies(_without(bodies, others)))
            for name, frame in frames.items():
                found.add(in_frame(name, _without(frame, others)))
        for frame in self._requests:
            found.add(in_frame("requests", _without(frame, others)))
        found.add(in_refusals([body for index, body in self._refusals.items() if index not in others]))
        return found


def in_frame(table: str, frame: pl.DataFrame) -> Counter[str]:
    """How often the rows of a table show each of its points, by the points' ids.

    >>> frame = pl.DataFrame({"status": [True, None], "code": [1, 2], "message": ["", "merged"]})
    >>> in_frame("remarks", frame)["response:/warnings/*/code present"]
    2
    """
    counts: Counter[str] = Counter()
    for point, times in () if frame.is_empty() else seen(table, frame):
        counts[point] += times
    return counts


def in_answers(bodies: Collection[msgspec.Struct]) -> Counter[str]:
    """How often answers show each point, the items of their tables left aside."""
    holder = HOLDERS["response"]
    return _in_objects(holder.name, {name: list(map(attrgetter(name), bodies)) for name in holder.schema["properties"]})


def in_bodies(bodies: pl.DataFrame) -> Counter[str]:
    """The same for answers as rows of `Columns.bodies`."""
    holder = HOLDERS["response"]
    if bodies.is_empty():
        return Counter()
    names = list(holder.schema["properties"])
    alike = bodies.group_by(_sketch(bodies, name) for name in names).len().sort(names)
    rows = [(tuple(_MEMBERS.get(cell, cell) for cell in row[:-1]), row[-1]) for row in alike.iter_rows()]
    return _counted(holder.name, names, rows)


def _sketch(bodies: pl.DataFrame, name: str) -> pl.Expr:
    """As much of a member as points ask for: a word of theirs, or what is in its place."""
    column = pl.col(name)
    if bodies.schema[name] == pl.String:
        words = [word for word in _words("response") if isinstance(word, str)]
        there = pl.when(column.is_in(words)).then(column).when(column == "").then(pl.lit("")).otherwise(pl.lit(_FULL))
    else:
        there = pl.when(column > 0).then(pl.lit(_FULL)).otherwise(pl.lit(_EMPTY))
    gone = pl.lit(_ABSENT)
    if f"null.{name}" in bodies.columns:
        gone = pl.when(pl.col(f"null.{name}")).then(pl.lit(_NULL)).otherwise(gone)
    return pl.when(column.is_null()).then(gone).otherwise(there).alias(name)


def in_refusals(bodies: Collection[Mapping[str, Any]]) -> Counter[str]:
    """How often refusals, as parsed JSON values, and the items in them show each point.

    >>> in_refusals([{"errors": []}])
    Counter({'error:/errors empty': 1, 'error:/warnings absent': 1})
    """
    counts: Counter[str] = Counter()
    for holder in HOLDERS.values():
        if holder.document == "error" and bodies:
            found = _reached(bodies, holder)
            names = holder.schema["properties"]
            counts += _in_objects(holder.name, {name: [one.get(name, UNSET) for one in found] for name in names})
    return counts


def in_statuses(statuses: Iterable[int]) -> Counter[str]:
    """How often these statuses show each point.

    >>> in_statuses([200, 503, 200, 204])
    Counter({'status:200': 2, 'status:default': 1})
    """
    return _in_objects("exchanges", {"status": list(statuses)})


def _without(frame: pl.DataFrame, exchanges: set[int]) -> pl.DataFrame:
    """The frame without the rows of some exchanges; most batches have none to leave out."""
    return frame.filter(~pl.col("exchange").is_in(sorted(exchanges))) if exchanges else frame


def _in_objects(holder: str, members: Mapping[str, list[Any]]) -> Counter[str]:
    """Count points over members of objects, one list a name, `UNSET` where an object has none."""
    alike = Counter(zip(*(_sketched(holder, *pair) for pair in members.items()), strict=True))
    return _counted(holder, list(members), alike.items())


def _counted(holder: str, names: list[str], alike: Iterable[tuple[tuple[Any, ...], int]]) -> Counter[str]:
    """Count points over objects that are alike, each as the values of its members and how often it occurs."""
    counts: Counter[str] = Counter()
    for values, times in alike:
        known = {name: value for name, value in zip(names, values, strict=True) if value is not UNSET}
        counts.update({point.id: times for point in points_of(holder) if holds(point, known)})
    return counts


def _sketched(holder: str, name: str, values: list[Any]) -> list[Any]:
    """As much of each value as points ask for, so that few objects differ."""
    kind = HOLDERS[holder].kinds(name) if holder in HOLDERS else ()
    if "string" in kind:
        words = _words(holder)
        return [value if value in words else value and _SOMETHING for value in values]
    if "array" in kind:
        return [value if type(value) is not list else _SOMETHING if value else () for value in values]
    return values


@cache
def _words(holder: str) -> frozenset[Any]:
    """The values that points of a kind of object ask for."""
    conditions = (one for point in points_of(holder) for one in point.where)
    return frozenset(one.value for one in conditions if one.question is Question.EQUAL)


def _reached(bodies: Collection[Mapping[str, Any]], holder: Holder) -> Collection[Mapping[str, Any]]:
    for array in holder.arrays:
        bodies = [item for body in bodies for item in body.get(array) or ()]
    return bodies
