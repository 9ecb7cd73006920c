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
    from collections.abc import Collection, Iterable, Mapping

    import msgspec

    from ..schemas.coverage import Holder

_SOMETHING: Final = (True,)
"""Stands for any array that is not empty, and for any text that no point asks for."""


class Exercised:
    """What a batch exercised, if it passes: kept until it is known who does."""

    def __init__(self) -> None:
        self._answers: list[tuple[dict[int, msgspec.Struct], dict[str, pl.DataFrame]]] = []
        self._requests: list[pl.DataFrame] = []
        self._refusals: dict[int, Mapping[str, Any]] = {}
        self._unsound: set[int] = set()

    def answers(self, bodies: dict[int, msgspec.Struct], frames: dict[str, pl.DataFrame]) -> None:
        """Take answers, by the index of their exchange, and the tables that hold all of their rows."""
        self._answers.append((bodies, frames))

    def unsound(self, index: int) -> None:
        """Take note of an answer that has not the structure of one; whatever else its exchange shows may count."""
        self._unsound.add(index)

    def refusal(self, index: int, body: Mapping[str, Any]) -> None:
        """Take a refusal, as parsed JSON value."""
        self._refusals[index] = body

    def requests(self, frame: pl.DataFrame) -> None:
        """Take a table of requests."""
        self._requests.append(frame)

    def coverage(self, passed: set[int], statuses: Iterable[int]) -> Coverage:
        """What the exchanges that passed exercised; `statuses` are those of their responses."""
        found = Coverage()
        found.add(in_statuses(statuses))
        for bodies, frames in self._answers:
            others = (bodies.keys() - passed) | (bodies.keys() & self._unsound)
            kept = [body for index, body in bodies.items() if index not in others] if others else bodies.values()
            found.add(in_answers(kept))
            for name, frame in frames.items():
                found.add(in_frame(name, _without(frame, others)))
        for frame in self._requests:
            found.add(in_frame("requests", _without(frame, set(frame.get_column("exchange").to_list()) - passed)))
        found.add(in_refusals([body for index, body in self._refusals.items() if index in passed]))
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
    counts: Counter[str] = Counter()
    for values, times in alike.items():
        known = {name: value for name, value in zip(members, values, strict=True) if value is not UNSET}
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
