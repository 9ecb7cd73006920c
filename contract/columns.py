"""An Arrow table of bodies as the tables that the frame rules read: the same that `flatten` makes of typed bodies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from struct import unpack_from
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ..schemas.document import load
from ..schemas.tables import SCALARS, TABLES, Table
from ..schemas.values import is_array
from .arrow import library, occurrences, series
from .flatten import for_children
from .typed import struct

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    import msgspec

    from ..schemas.document import Schema

_COLON: Final = b":"[0]
_INDEX: Final = pl.Int64


@dataclass(frozen=True, slots=True)
class Columns:
    """Bodies as tables."""

    frames: dict[str, pl.DataFrame]
    """The tables, as `flatten` makes them."""
    bodies: pl.DataFrame
    """One row a body: `exchange`, its scalars, for each array its length, null where there is none, and `null.X`
    where a member is null that may be."""
    colons: int
    """Those that the texts of the bodies need, if nothing in them is null that could be absent."""

    def shells(self) -> dict[int, msgspec.Struct]:
        """The members of each body without the items of its arrays, as the typed decoder gives them."""
        properties = load("response")["properties"]
        arrays = [name for name, schema in properties.items() if schema.get("type") not in SCALARS]
        rows = self.bodies.iter_rows(named=True)
        return {row["exchange"]: struct(None)(**_shell(row, properties, arrays)) for row in rows}

    def without(self, exchanges: Collection[int]) -> Columns:
        """Those of the bodies that do not belong to some exchanges."""
        return self._filtered(~pl.col("exchange").is_in(sorted(exchanges))) if exchanges else self

    def only(self, exchanges: Collection[int]) -> Columns:
        """Those that do."""
        return self._filtered(pl.col("exchange").is_in(sorted(exchanges)))

    def _filtered(self, wanted: pl.Expr) -> Columns:
        frames = {name: frame.filter(wanted) for name, frame in self.frames.items()}
        return Columns(frames, self.bodies.filter(wanted), self.colons)


def columns_of(tables: Sequence[Any], context: pl.DataFrame) -> Columns:
    """The tables of bodies that were read in some pieces; `context` has a row for each body, as `flatten` takes it."""
    members = _members(tables)
    properties = load("response")["properties"]
    nulls = [pl.lit(value=False).alias(f"null.{name}") for name in nullable()]
    bodies = pl.DataFrame([context.get_column("exchange"), *_cells(members, properties)]).with_columns(nulls)
    held: dict[str | None, dict[str, Any]] = {None: members}
    above: dict[str | None, pl.DataFrame] = {None: context}
    frames: dict[str, pl.DataFrame] = {}
    for table in TABLES.values():
        parent = None if table.parent is None else table.parent.name
        array = held[parent][table.array]
        rows = array.flatten()
        held[table.name] = dict(zip((field.name for field in rows.type), rows.flatten(), strict=True))
        frame = pl.DataFrame([*_provenance(above[parent], array, table), *_rows(held[table.name], table)])
        frames[table.name], above[table.name] = frame, for_children(frame, table)
    return Columns(frames, bodies, sum(_colons(array) for found in held.values() for array in found.values()))


def nullable() -> tuple[str, ...]:
    """The members of a body that may be null."""
    properties = load("response")["properties"]
    return tuple(name for name, schema in properties.items() if is_array(schema.get("type")))


def colons_each(found: Columns) -> pl.DataFrame:
    """How many colons the text of each body needs, in columns `exchange` and `needed`."""
    properties = load("response")["properties"]
    parts = [found.bodies.select("exchange", _needed(properties, dict.fromkeys(properties)))]
    for name, frame in found.frames.items():
        table = TABLES[name]
        parts.append(frame.select("exchange", _needed(table.properties, table.lengths)))
    return pl.concat(parts).group_by("exchange").agg(pl.col("needed").sum())


def _shell(row: dict[str, Any], properties: Collection[str], arrays: Collection[str]) -> dict[str, Any]:
    """The members that a body has, an array of any length as an empty one."""
    found = {name: None if row.get(f"null.{name}") else row[name] for name in properties}
    given = {name: value for name, value in found.items() if value is not None or row.get(f"null.{name}")}
    return {name: [] if name in arrays and value is not None else value for name, value in given.items()}


def _members(tables: Sequence[Any]) -> dict[str, Any]:
    """The members of all bodies, each in one array."""
    table = tables[0] if len(tables) == 1 else library().concat_tables(tables)
    if table.column(0).num_chunks > 1:
        table = table.combine_chunks()
    return {name: table.column(name).chunk(0) for name in table.column_names}


def _cells(members: Mapping[str, Any], properties: Mapping[str, Schema]) -> Iterator[pl.Series]:
    """A column for each member: its values, or the lengths of its arrays."""
    for name, schema in properties.items():
        scalar = schema.get("type") in SCALARS
        yield series(name, members[name]) if scalar else _lengths(name, members[name])


def _rows(members: Mapping[str, Any], table: Table) -> Iterator[pl.Series]:
    yield from (series(name, members[name]) for name in table.columns)
    yield from (_lengths(column, members[name]) for name, column in table.lengths.items())
    for name in table.optional:
        if name not in table.columns:
            yield series(f"has.{name}", members[name].is_valid())


def _provenance(above: pl.DataFrame, array: Any, table: Table) -> list[pl.Series]:
    """The columns of the rows above, repeated for each item, and the item's own index."""
    holders = series("", library("compute").list_parent_indices(array))
    lengths = _lengths("", array).fill_null(0)
    starts = (lengths.cum_sum() - lengths).gather(holders)
    index = (pl.int_range(len(holders), dtype=_INDEX, eager=True) - starts).alias(table.row)
    return [*above[holders].get_columns(), index]


def _lengths(name: str, array: Any) -> pl.Series:
    return series(name, library("compute").list_value_length(array)).cast(_INDEX)


def _colons(array: Any) -> int:
    """One for each value that is there, and those in texts."""
    given = len(array) - array.null_count
    if array.type != library().string() or not given:
        return given
    _, ends, text = array.buffers()
    low, high = (unpack_from("=i", ends, 4 * (array.offset + at))[0] for at in (0, len(array)))
    return given + occurrences(text.slice(low, high - low), _COLON)


def _needed(properties: Mapping[str, Schema], lengths: Mapping[str, str | None]) -> pl.Expr:
    """The colons that the members of a row need."""
    named = {name: pl.col(lengths.get(name) or name) for name in properties}
    parts = [column.is_not_null().cast(_INDEX) for column in named.values()]
    texts = [named[name] for name, schema in properties.items() if schema.get("type") == "string"]
    parts += [text.str.count_matches(":", literal=True).fill_null(0).cast(_INDEX) for text in texts]
    return reduce(pl.Expr.add, parts).alias("needed")
