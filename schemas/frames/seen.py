"""Coverage points over tables: how many rows show each point, by operations on whole columns.

Columns and not one query, since most checks are of a single response: there a query costs ten times as much.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache, reduce
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from ..coverage import Condition, Point, Question, points_of, spelling
from ..tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import polars as pl


@dataclass(frozen=True, slots=True)
class Sight:
    """A point that rows show by one cell."""

    point: str
    cell: Cell

    def count(self, frame: pl.DataFrame) -> Iterator[tuple[str, int]]:
        """The point, and how many rows show it."""
        yield self.point, self.cell.count(frame)


@dataclass(frozen=True, slots=True)
class Words:
    """A column of words, and the points that rows show by one of them, if all of some other cells are as they must be.

    Points are many, and words are few even in a table of some ten thousand rows. Spellings that are alike show the
    same point.
    """

    column: str
    spelling: Callable[[str], str]
    cells: tuple[Cell, ...]
    points: Mapping[str, str]

    def count(self, frame: pl.DataFrame) -> Iterator[tuple[str, int]]:
        """Which points rows show, and how many do, in the order of the points."""
        if any(cell.is_nowhere(frame) for cell in self.cells):
            return
        column = frame.get_column(self.column)
        if self.cells:
            masks = (cell.mask(frame) for cell in self.cells)
            column = column.filter(reduce(lambda one, other: one & other, masks))
        found = Counter[str]()
        for word, times in column.value_counts().iter_rows():
            if word is not None:
                found[self.points.get(self.spelling(word), "")] += times
        yield from ((point, found[point]) for point in self.points.values() if point in found)


@dataclass(frozen=True, slots=True)
class Cell:
    """What is asked of the cells of a column."""

    column: str
    question: Question
    value: Any

    def mask(self, frame: pl.DataFrame) -> pl.Series:
        """For each row, whether its cell is so; null where that cannot be said."""
        return _MASKS[self.question](frame.get_column(self.column), self.value)

    def is_nowhere(self, frame: pl.DataFrame) -> bool:
        """Whether no row has such a cell since the column is empty, which is common, and known at once."""
        return self.question is not Question.ABSENT and frame.get_column(self.column).null_count() == len(frame)

    def count(self, frame: pl.DataFrame) -> int:
        """How many rows have such a cell."""
        column = frame.get_column(self.column)
        if self.question is Question.ABSENT:
            return column.null_count()
        return (
            column.count() if self.question is Question.FILLED else int(_MASKS[self.question](column, self.value).sum())
        )


_MASKS: Final[Mapping[Question, Callable[[pl.Series, Any], pl.Series]]] = {
    Question.FILLED: lambda cells, _: cells.is_not_null(),
    Question.ABSENT: lambda cells, _: cells.is_null(),
    Question.NONE_OF: lambda cells, value: cells != value,
    Question.EQUAL: lambda cells, value: cells == value,
    Question.ABOVE: lambda cells, value: cells > value,
    Question.UP_TO: lambda cells, value: cells <= value,
}


def seen(table: str, frame: pl.DataFrame) -> Iterator[tuple[str, int]]:
    """The points of `table` by their ids, and how many rows of `frame` show them; a point may occur more than once.

    >>> import polars as pl
    >>> frame = pl.DataFrame({"status": [True, None], "code": [1, 2], "message": ["", "merged"]})
    >>> dict(seen("remarks", frame))["response:/warnings/*/status absent"]
    1
    """
    return chain.from_iterable(one.count(frame) for one in _ways(table))


@cache
def _ways(table: str) -> tuple[Sight | Words, ...]:
    """How the rows of a table show its points."""
    words: dict[tuple[str, tuple[Condition, ...]], dict[str, str]] = {}
    sights: list[Sight] = []
    for point in points_of(table):
        first, *others = point.where
        if first.question is Question.EQUAL and isinstance(first.value, str):
            words.setdefault((first.member, tuple(others)), {})[first.value] = point.id
        else:
            sights.append(Sight(point.id, _only(table, point)))
    return *sights, *(
        Words(column, spelling(table, column), tuple(_cell(table, one) for one in others), points)
        for (column, others), points in words.items()
    )


def _only(table: str, point: Point) -> Cell:
    (condition,) = point.where
    return _cell(table, condition)


def _cell(table: str, one: Condition) -> Cell:
    """A condition on a scalar, or on an array, of which a table holds the length, null where there is none."""
    declared = TABLES.get(table)
    lengths = {} if declared is None else declared.lengths
    if one.member in lengths:
        question, value = _OF_LENGTHS.get(one.question, (one.question, one.value))
        return Cell(lengths[one.member], question, value)
    is_text = declared is not None and declared.columns[one.member] == "string"
    question, value = _OF_TEXTS.get(one.question, (one.question, one.value)) if is_text else (one.question, one.value)
    return Cell(one.member, question, value)


_OF_LENGTHS: Final = {Question.FILLED: (Question.ABOVE, 0), Question.EMPTY: (Question.EQUAL, 0)}
_OF_TEXTS: Final = {Question.FILLED: (Question.NONE_OF, ""), Question.EMPTY: (Question.EQUAL, "")}
"""What the same condition asks of a length, or of a text."""
