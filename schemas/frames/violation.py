"""What a frame rule is made of: which rows of which table break which rule, as one Polars expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Violation:
    """The rows that break a rule.

    `where` is true for the rows that do; `column` is the property that the finding points at, `reads` the columns
    whose values `where` depends on: a row in which one of them is broken (missing, or of the wrong type) is not
    judged by this rule, since another one has reported it.
    """

    rule: str
    column: str
    where: pl.Expr
    reads: tuple[str, ...]


def violation(rule: str, column: str, where: pl.Expr, *also: str) -> Violation:
    """A violation at `column` that reads `column` and `also`.

    >>> import polars as pl
    >>> violation("IP201", "count", pl.col("count") < pl.col("messages"), "messages").reads
    ('count', 'messages')
    """
    return Violation(rule, column, where, (column, *also))
