"""The frame rules run over a batch: which rows break which rule, and what the rows need to know of their exchange."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import polars as pl
from msgspec import UNSET

from ..schemas.document import load, operation
from ..schemas.frames import PREPARE, VIOLATIONS, Violation
from ..schemas.tables import TABLES, Table
from .http import query, responded_at
from .needs import needs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import msgspec

    from .exchange import Exchange, Request

Row = dict[str, Any]
Parameters = Callable[["Request"], "list[tuple[str, str]]"]
"""Tells the query parameters of a request, as `query` does."""


def context_frame(
    exchanges: Sequence[tuple[int, Exchange]], now: datetime, parameters: Parameters = query
) -> pl.DataFrame:
    """One row an answer: its index in the batch, when it was given, and the parameters that rules read."""
    default = _naive(now)
    answered = [_answered(exchange, default) for _, exchange in exchanges]
    wanted = [name for name in operation().parameters if f"query.{name}" in needs("entries")]
    requests = [exchange.request for _, exchange in exchanges]
    asked = [{} if request is None else dict(reversed(parameters(request))) for request in requests]
    columns = [
        pl.Series("exchange", [index for index, _ in exchanges], dtype=pl.Int64),
        pl.Series("responded at", answered, dtype=pl.Datetime("us")),
        *(pl.Series(f"query.{name}", [values.get(name) for values in asked], dtype=pl.String) for name in wanted),
    ]
    return pl.DataFrame(columns)


def bare_context(indices: Sequence[int], now: datetime) -> pl.DataFrame:
    """The same for answers of which nothing but the body is known."""
    wanted = [name for name in operation().parameters if f"query.{name}" in needs("entries")]
    known = pl.int_range(len(indices), eager=True) if isinstance(indices, range) else indices
    return pl.DataFrame({"exchange": known}, schema={"exchange": pl.Int64}).with_columns(
        pl.lit(_naive(now), pl.Datetime("us")).alias("responded at"),
        *(pl.lit(None, pl.String).alias(f"query.{name}") for name in wanted),
    )


def request_frame(requests: Sequence[tuple[int, Request]], parameters: Parameters = query) -> pl.DataFrame:
    """One row a request: the first value of each declared parameter, and how often it was given."""
    pairs = [parameters(request) for _, request in requests]
    firsts = [dict(reversed(one)) for one in pairs]
    columns = [pl.Series("exchange", [index for index, _ in requests], dtype=pl.Int64)]
    for name in operation().parameters:
        columns.append(pl.Series(name, [values.get(name) for values in firsts], dtype=pl.String))
        times = [sum(key == name for key, _ in one) for one in pairs]
        columns.append(pl.Series(f"{name}.times", times, dtype=pl.Int64))
    return pl.DataFrame(columns)


def breaches(name: str, frame: pl.DataFrame, asked: Callable[[str], bool]) -> Iterator[tuple[Violation, Row]]:
    """Each violation of those rules of a table that are asked for (by code), with its row."""
    found = [one for one in VIOLATIONS[name] if asked(one.rule)]
    if frame.is_empty() or not found:
        return
    prepared = PREPARE[name](frame) if name in PREPARE else frame
    if "broken" in frame.columns:
        wheres = [one.where & sound(one, TABLES[name]) for one in found]
    else:
        wheres = [one.where for one in found]
    told = prepared.select(column for column, dtype in frame.schema.items() if not dtype.is_temporal())
    hits = prepared.select(where.alias(str(number)) for number, where in enumerate(wheres))
    for violation, hit in zip(found, hits.get_columns(), strict=True):
        if hit.any():
            for row in told[hit.fill_null(value=False).arg_true()].iter_rows(named=True):
                yield violation, row


def written_colons(frames: dict[str, pl.DataFrame], bodies: Sequence[msgspec.Struct]) -> int:
    """How many colons the JSON texts of `bodies` have, if no key is repeated and none is escaped in a string."""
    return sum(map(_body_colons, bodies)) + sum(_row_colons(TABLES[name], frame) for name, frame in frames.items())


def written_colons_each(frames: dict[str, pl.DataFrame], bodies: dict[int, msgspec.Struct]) -> dict[int, int]:
    """The same for each body, by the index of its exchange."""
    counts = {index: _body_colons(body) for index, body in bodies.items()}
    for name, frame in frames.items():
        for (index,), rows in frame.group_by("exchange"):
            counts[int(str(index))] += _row_colons(TABLES[name], rows)
    return counts


def sound(violation: Violation, table: Table) -> pl.Expr:
    """Whether, in a frame with a column `broken`, nothing that a violation reads is broken."""
    own = sum(table.bits.get(name, 0) for name in violation.reads)
    sound = (pl.col("broken") & own) == 0
    if table.parent is None:
        return sound
    prefix = f"{table.parent.row}."
    above = [table.parent.bits[name.removeprefix(prefix)] for name in violation.reads if name.startswith(prefix)]
    return sound & ((pl.col(f"{prefix}broken") & sum(above)) == 0)


def _answered(exchange: Exchange, default: datetime) -> datetime:
    stated = responded_at(exchange.response) if exchange.response is not None and exchange.response.headers else None
    return default if stated is None else _naive(stated)


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _row_colons(table: Table, frame: pl.DataFrame) -> int:
    texts = [name for name, kind in table.columns.items() if kind == "string"]
    inside = frame.select(pl.col(name).str.count_matches(":", literal=True).sum() for name in texts)
    given = [
        frame.get_column(name).count() if name in table.columns else frame.get_column(f"has.{name}").sum()
        for name in table.optional
    ]
    return len(frame) * len(table.schema["required"]) + sum(map(int, given)) + sum(inside.row(0)) if len(frame) else 0


def _body_colons(body: msgspec.Struct) -> int:
    """Those of the body's own members."""
    values = _members()(body)
    return len(values) - values.count(UNSET) + sum(value.count(":") for value in values if type(value) is str)


@cache
def _members() -> attrgetter[tuple[Any, ...]]:
    return attrgetter(*load("response")["properties"])
