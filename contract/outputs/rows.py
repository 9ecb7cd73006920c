"""The rows of the exchanges that passed, with everything that is known of where they stood and of what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl
from msgspec import UNSET

from ...schemas.exports import EXPORTED, INSTANT, body_columns, query_columns, row_columns, with_instants
from ..http import correlation, query, responded_at
from ..lines import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import msgspec

    from ...schemas.tables import Table
    from ..counting import Exercised
    from ..exchange import Exchange, Place

_DTYPES: Final[dict[str, Any]] = {
    "string": pl.String,
    "integer": pl.Int64,
    "boolean": pl.Boolean,
    "number": pl.Float64,
    INSTANT: pl.Datetime("us", "UTC"),
}
_PLACE: Final = {"place.file": "string", "place.member": "string", "place.entry": "integer", "place.line": "integer"}
_RESPONSE: Final = {"response.status": "integer", "response.date": INSTANT, "response.request_id": "string"}


def columns() -> dict[str, str]:
    """The columns of the table in their order, and their kinds.

    >>> list(columns())[:5]
    ['place.file', 'place.member', 'place.entry', 'place.line', 'exchange']
    """
    indices = dict.fromkeys(("exchange", *_indices(EXPORTED)), "integer")
    above = {f"{table.row}.{name}": kind for table in _above(EXPORTED) for name, kind in table.columns.items()}
    body = {f"body.{name}": kind for name, kind in body_columns().items()}
    asked = dict.fromkeys((f"query.{name}" for name in query_columns()), "string")
    return {**_PLACE, **indices, **row_columns(), **above, **body, **_RESPONSE, **asked}


def rows_of(exchanges: Sequence[Exchange], exercised: Exercised, others: set[int]) -> pl.DataFrame:
    """The rows in the order of the exchanges, without those of `others`; `exchange` is the index in the batch."""
    pieces = [_with_above(frames) for _, frames in exercised.tables() if EXPORTED.name in frames]
    if not pieces:
        return _empty()
    found = pl.concat(pieces).filter(~pl.col("exchange").is_in(sorted(others)))
    if found.is_empty():
        return _empty()
    found = found.sort("exchange", *_indices(EXPORTED))
    numbers = found.get_column("exchange").unique(maintain_order=True).to_list()
    bodies = pl.concat([_scalars(bodies) for bodies, _ in exercised.tables()])
    whole = with_instants(found).join(bodies, on="exchange", how="left", maintain_order="left")
    whole = whole.join(_told(exchanges, numbers), on="exchange", how="left", maintain_order="left")
    return whole.select(pl.col(name).cast(_DTYPES[kind]) for name, kind in columns().items())


def _empty() -> pl.DataFrame:
    return pl.DataFrame(schema={name: _DTYPES[kind] for name, kind in columns().items()})


def _above(table: Table) -> Iterator[Table]:
    """The tables whose rows hold those of this one, the nearest first."""
    while table.parent is not None:
        table = table.parent
        yield table


def _indices(table: Table) -> list[str]:
    """The columns that tell where in its body a row stood, the outermost first."""
    return [*reversed([one.row for one in _above(table)]), table.row]


def _with_above(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Rows of the exported table with the cells of the rows that hold them."""
    found = frames[EXPORTED.name].select("exchange", *_indices(EXPORTED), *EXPORTED.columns)
    for table in _above(EXPORTED):
        keys = ["exchange", *_indices(table)]
        cells = frames[table.name].select(*keys, *(pl.col(one).alias(f"{table.row}.{one}") for one in table.columns))
        found = found.join(cells, on=keys, how="left", maintain_order="left")
    return found


def _scalars(bodies: dict[int, msgspec.Struct] | pl.DataFrame) -> pl.DataFrame:
    """The scalar members of bodies, one row each."""
    if isinstance(bodies, pl.DataFrame):
        return bodies.select("exchange", *(pl.col(name).alias(f"body.{name}") for name in body_columns()))
    cells = [
        pl.Series(f"body.{name}", [_known(getattr(body, name)) for body in bodies.values()], dtype=_DTYPES[kind])
        for name, kind in body_columns().items()
    ]
    return pl.DataFrame([pl.Series("exchange", list(bodies), dtype=pl.Int64), *cells])


def _known(value: Any) -> Any:
    return None if value is UNSET else value


def _told(exchanges: Sequence[Exchange], numbers: Sequence[int]) -> pl.DataFrame:
    """What is known of some exchanges beside their bodies, one row each."""
    asked = [f"query.{name}" for name in query_columns()]
    schema = {"exchange": pl.Int64, **{name: _DTYPES[kind] for name, kind in (_PLACE | _RESPONSE).items()}}
    schema |= dict.fromkeys(asked, pl.String)
    if isinstance(exchanges, Lines):
        known = {"exchange": numbers, "place.line": [exchanges.number + number for number in numbers]}
        frame = pl.DataFrame(known, schema={"exchange": pl.Int64, "place.line": pl.Int64})
        lacking = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in known]
        return frame.with_columns(lacking).with_columns(pl.lit(exchanges.file).alias("place.file"))
    rows = [(number, *_place(exchanges[number].place), *_exchange(exchanges[number])) for number in numbers]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _place(place: Place) -> tuple[str, str | None, int | None, int | None]:
    return place.file, place.member, place.entry, place.line


def _exchange(exchange: Exchange) -> tuple[Any, ...]:
    response = exchange.response
    status = None if response is None else response.status
    date = None if response is None else responded_at(response)
    asked = {} if exchange.request is None else dict(reversed(query(exchange.request)))
    return status, date, correlation(response), *(asked.get(name) for name in query_columns())
