"""Expressions evaluated sparingly: over the rows that can break a rule, or over the few values of a column.

Of a small table they are left as they are, to be evaluated with all others at once, which costs less there.
"""

from __future__ import annotations

from typing import Final

import polars as pl

SMALL: Final = 2_000
"""Rows of a table below which being sparing costs more than it spares."""


def only(frame: pl.DataFrame, rows: pl.Expr, **columns: pl.Expr) -> list[pl.Series | pl.Expr]:
    """Boolean columns, evaluated where `rows` is true and false elsewhere, also where they would be null.

    >>> frame = pl.DataFrame({"kind": ["a", "b"], "text": ["7", "8"]})
    >>> columns = only(frame, pl.col("kind") == "b", digits=pl.col("text").str.contains("^[0-9]$"))
    >>> frame.select(columns).to_series().to_list()
    [False, True]
    """
    if len(frame) < SMALL:
        return [(rows & column).fill_null(value=False).alias(name) for name, column in columns.items()]
    wanted = frame.select(rows.fill_null(value=False)).to_series()
    if wanted.all():
        found = frame.select(column.fill_null(value=False).alias(name) for name, column in columns.items())
        return [*found.get_columns()]
    none = pl.repeat(value=False, n=len(frame), dtype=pl.Boolean, eager=True)
    if not wanted.any():
        return [none.alias(name) for name in columns]
    read = {name for column in columns.values() for name in column.meta.root_names()}
    places, some = wanted.arg_true(), frame.select(sorted(read)).filter(wanted)
    return [_scattered(none, places, some, column).alias(name) for name, column in columns.items()]


def by_value(frame: pl.DataFrame, column: str, **columns: pl.Expr) -> list[pl.Series | pl.Expr]:
    """Boolean columns that depend on one column of few values; null where that is null.

    >>> frame = pl.DataFrame({"status": ["SENT", None, "sent"]})
    >>> frame.select(by_value(frame, "status", lower=pl.col("status").str.contains("^[a-z]+$"))).to_series().to_list()
    [False, None, True]
    """
    if len(frame) < SMALL:
        return [chosen.alias(name) for name, chosen in columns.items()]
    cells = frame.get_column(column)
    few = cells.unique().to_frame()
    return [_chosen(cells, few, chosen).alias(name) for name, chosen in columns.items()]


def _scattered(none: pl.Series, places: pl.Series, some: pl.DataFrame, column: pl.Expr) -> pl.Series:
    hits = some.select(column.fill_null(value=False)).to_series()
    return none.clone().scatter(places.filter(hits), values=True) if hits.any() else none


def _chosen(cells: pl.Series, few: pl.DataFrame, chosen: pl.Expr) -> pl.Series:
    values = few.filter(chosen).to_series()
    if len(values) in {0, len(few)} and not few.to_series().null_count():
        return pl.repeat(value=len(values) > 0, n=len(cells), dtype=pl.Boolean, eager=True)
    return cells.is_in(values.implode())
