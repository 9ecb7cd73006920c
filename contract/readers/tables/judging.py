"""Flattened tables judged by the frames alone, as `schemas.frames.models` describes them: each row by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, overload

import polars as pl

from ....schemas.owners import owner
from ....schemas.rules import ABSENT
from ....schemas.tables import TABLES, Table
from ...exchange import Exchange, Place
from ...findings import Outcome, State, Verdict, forgiven
from ...frames import breaches
from ...needs import needs
from ...scribe import Scribe
from ...settings import Settings
from ...structure import Departure
from ...tallying import Tallying
from .rows import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...jsontext import Path
    from ..base import Rows

_DTYPES: Final = {"string": pl.String, "integer": pl.Int64, "boolean": pl.Boolean, "number": pl.Float64}
_ROW: Final = "row of the file"
_TRUTHS: Final = {"true": True, "false": False, "1": True, "0": False}


def judge_rows(rows: Rows, settings: Settings | None = None) -> Outcome:
    """Judge rows of a flattened table. Each has a verdict of its own, and a place with its number in the file."""
    wanted = settings or Settings()
    table, given = TABLES[rows.table], _decoded(rows.frame)
    typed = _typed(given, table)
    scribe, tallying = Scribe(_Places(rows), wanted), Tallying(wanted)
    tallying.rows({rows.table: typed})
    for index, departure in _departures(given, typed, table):
        scribe.departure(index, departure)
    for violation, row in breaches(rows.table, typed, scribe.is_asked):
        scribe.row(rows.table, violation, row | {"exchange": row[_ROW]})
    found = sorted(scribe.findings, key=lambda one: (one.exchange, one.pointer, one.code))
    failed = {one.exchange for one in found if wanted.fails(one.code, one.severity)}
    places = _Places(rows)
    states = (State.FAIL if index in failed else State.PASS for index in range(len(given)))
    verdicts = (Verdict(places[index].place, state) for index, state in enumerate(states))
    tallies = tallying.tallies(found, len(given), ()) if wanted.tolerances else {}
    return Outcome(tuple(verdicts), tuple(found), tallies=tallies, forgiven=len(forgiven(found, wanted)))


class _Places(Sequence[Exchange]):
    """For each row an exchange of which nothing but the place is known."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows.frame)

    @overload
    def __getitem__(self, index: int) -> Exchange: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Exchange]: ...
    def __getitem__(self, index: int | slice) -> Exchange | Sequence[Exchange]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        place = self._rows.place
        return Exchange(Place(place.file, numbered(self._rows.first + index, self._rows.missing), None, place.member))


def _typed(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The columns that rules read, in their types; where a row stood counts as unknown where it is not told."""
    wanted = dict(_columns(table))
    number = pl.int_range(pl.len(), dtype=pl.Int64)
    columns = {
        name: _cast(frame, name, dtype) if name in frame.columns else pl.lit(None, dtype)
        for name, dtype in wanted.items()
    }
    for name in _provenance(table):
        told = _cast(frame, name, pl.Int64) if name in frame.columns else number
        columns[name] = pl.coalesce(told, -1 - number)
    broken = [pl.lit(0, pl.Int64).alias(f"{one}broken") for one in _prefixes(table)]
    made = frame.select(number.alias(_ROW), *(one.alias(name) for name, one in columns.items()), *broken)
    lost = [
        (pl.col(name).is_null() * bit).cast(pl.Int64) for name, bit in table.bits.items() if _is_needed(table, name)
    ]
    return made.with_columns(broken=pl.sum_horizontal(lost)) if lost else made


def _columns(table: Table) -> Iterator[tuple[str, pl.DataType | type[pl.DataType]]]:
    for name, kind in table.columns.items():
        yield name, _DTYPES[kind]
    for name in table.lengths.values():
        yield name, pl.Int64
    for name in table.optional:
        if name not in table.columns:
            yield f"has.{name}", pl.Boolean
    for name in needs(table.name):
        if name.startswith("query."):
            yield name, pl.String
        elif name == "responded at":
            yield name, pl.Datetime("us")
    above = table.parent
    while above is not None:
        yield from ((f"{above.row}.{name}", _DTYPES[kind]) for name, kind in above.columns.items())
        above = above.parent


def _provenance(table: Table) -> list[str]:
    rows = [table.row]
    while table.parent is not None:
        table = table.parent
        rows.append(table.row)
    return [*rows, "exchange"]


def _prefixes(table: Table) -> list[str]:
    return ["", *(f"{name}." for name in _provenance(table)[1:-1])]


def _is_needed(table: Table, name: str) -> bool:
    return name in table.columns and name not in table.optional


def _cast(frame: pl.DataFrame, name: str, dtype: pl.DataType | type[pl.DataType]) -> pl.Expr:
    """A column in its type; what does not fit is null. Tables of texts (CSV) spell numbers and truth values."""
    column, given = pl.col(name), frame.schema[name]
    if given == pl.String and dtype == pl.Boolean:
        return column.str.to_lowercase().replace_strict(_TRUTHS, default=None, return_dtype=pl.Boolean)
    if given.is_nested() or (dtype == pl.String and not _is_text(given)):
        return pl.lit(None, dtype)
    if dtype == pl.Int64 and given.is_float():
        column = pl.when(column == column.floor()).then(column)
    return column.cast(dtype, strict=False)


def _is_text(dtype: pl.DataType) -> bool:
    return isinstance(dtype, pl.String | pl.Categorical | pl.Enum)


def _decoded(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with texts for bytes; bytes that are no UTF-8 stay recognisable as wrong (U+FFFD)."""
    binary = [name for name, dtype in frame.schema.items() if dtype == pl.Binary]
    try:
        return frame.with_columns(pl.col(name).cast(pl.String) for name in binary)
    except pl.exceptions.ComputeError:
        decoded = (
            pl.Series(name, [None if raw is None else raw.decode("utf-8", "replace") for raw in frame[name]], pl.String)
            for name in binary
        )
        return frame.with_columns(decoded)


def _departures(given: pl.DataFrame, typed: pl.DataFrame, table: Table) -> Iterator[tuple[int, Departure]]:
    """Cells that lack what must be there, or hold another type."""
    stood = typed.select(_provenance(table)[:-1])
    for name in table.columns:
        if name not in given.columns:
            continue
        wrong = typed[name].is_null()
        if name in table.optional:
            wrong = wrong & given[name].is_not_null()
        for index in wrong.arg_true().to_list():
            value = given[name][index]
            if name in table.optional and value in {"", b""}:
                continue
            tokens = table.pointer(stood.row(index, named=True), name).split("/")[1:]
            path = tuple(int(token) if token.lstrip("-").isdigit() else token for token in tokens)
            yield index, _departure(table, name, value, path)


def _departure(table: Table, name: str, value: Any, path: Path) -> Departure:
    schema = table.properties[name]
    if value is None or value in {"", b""}:
        return Departure(owner("required", table.schema, None, root=False), path, ABSENT, schema)
    shown = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return Departure(owner("type", schema, shown, root=False), path, shown, schema)
