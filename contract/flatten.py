"""Bodies as tables: one Polars frame a table, with provenance columns that give each cell its pointer back."""

from __future__ import annotations

from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from msgspec import UNSET

from ..schemas.tables import TABLES, Table
from .needs import needs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import msgspec
    from msgspec import UnsetType

    from .loose import Broken

_DTYPES: Final = {"string": pl.String, "integer": pl.Int64, "boolean": pl.Boolean, "number": pl.Float64}
_INDEX: Final = pl.Int64
_CACHED: Final = 2_000


def flatten(bodies: Sequence[msgspec.Struct], context: pl.DataFrame, broken: Broken) -> dict[str, pl.DataFrame]:
    """The tables of `bodies`; `context` has one row a body: `exchange` and what rows need to know of theirs.

    Beside the scalar properties a table has: the columns of `context`; the index of the row in its array, and those
    of the rows above it; the scalars of the row above it as `entry.name`; for each array its length, null where
    there is none; `has.X` for each optional property; and, if `broken` has any, the bits of `Table.bits`.
    """
    held: dict[str | None, Sequence[msgspec.Struct]] = {None: bodies}
    above: dict[str | None, pl.DataFrame] = {None: context}
    frames: dict[str, pl.DataFrame] = {}
    for table in TABLES.values():
        parent = None if table.parent is None else table.parent.name
        arrays = [items or () for items in map(attrgetter(table.array), held[parent])]
        rows = list(chain.from_iterable(arrays))
        frame = pl.DataFrame([*_provenance(above[parent], arrays, table), *_cells(rows, table, broken)])
        held[table.name], frames[table.name] = rows, frame
        above[table.name] = for_children(frame, table)
    return frames


def _provenance(above: pl.DataFrame, arrays: Sequence[Sequence[Any]], table: Table) -> list[pl.Series]:
    """The columns of the rows above, repeated for each item, and the item's own index."""
    lengths = pl.Series("length", list(map(len, arrays)), dtype=_INDEX)
    filled = above.with_columns(lengths).filter(pl.col("length") > 0)
    repeated = filled.select(pl.exclude("length").repeat_by("length").explode())
    indices = filled.select(pl.int_ranges("length", dtype=_INDEX).explode().alias(table.row))
    return [*repeated.get_columns(), *indices.get_columns()]


def for_children(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """What the rows of nested tables are told of this one: where they are, and of its cells what their rules read."""
    read = {name for inner in table.nested for name in needs(inner.name)}
    needed = read | {"exchange", table.row, f"{table.row}.broken"}
    own = {*table.columns, "broken"}
    names = {name: f"{table.row}.{name}" if name in own else name for name in frame.columns}
    return frame.select(pl.col(name).alias(given) for name, given in names.items() if given in needed)


def _cells(rows: Sequence[msgspec.Struct], table: Table, broken: Broken) -> list[pl.Series]:
    scalars = [
        _series(name, kind, values, gaps=bool(broken) or name in table.optional)
        for (name, kind), values in zip(table.columns.items(), _values(rows, table.columns), strict=True)
    ]
    lengths = {name: _lengths(rows, name) for name in table.lengths}
    counted = [pl.Series(table.lengths[name], values, dtype=_INDEX) for name, values in lengths.items()]
    known = {} if broken else lengths  # a broken array has no length, and yet it is there
    flags = [
        pl.Series(
            f"has.{name}",
            _given(known[name], None) if name in known else _given(map(attrgetter(name), rows)),
            dtype=pl.Boolean,
        )
        for name in table.optional
        if name not in table.columns
    ]
    bits = [pl.Series("broken", [broken.get(id(row), 0) for row in rows], dtype=_INDEX)] if broken else []
    return [*scalars, *counted, *flags, *bits]


def _values(rows: Sequence[msgspec.Struct], names: Iterable[str]) -> list[list[Any]]:
    """The values of each column, taken from a few rows at a time: these then are in the processor's cache."""
    getters = [attrgetter(name) for name in names]
    columns: list[list[Any]] = [[] for _ in getters]
    for start in range(0, len(rows), _CACHED):
        some = rows[start : start + _CACHED]
        for column, getter in zip(columns, getters, strict=True):
            column.extend(map(getter, some))
    return columns


def _series(name: str, kind: str, values: list[Any], *, gaps: bool) -> pl.Series:
    if gaps:
        values = [None if value is UNSET else value for value in values]
    return pl.Series(name, values, dtype=_DTYPES[kind])


def _lengths(rows: Sequence[msgspec.Struct], array: str) -> list[int | None]:
    """How many items the array of each row holds; `None` where it has no array."""
    held: Iterable[list[Any] | UnsetType | None] = map(attrgetter(array), rows)
    return [len(items) if isinstance(items, list) else None for items in held]


def _given(values: Iterable[Any], absent: UnsetType | None = UNSET) -> list[bool]:
    return [value is not absent for value in values]
