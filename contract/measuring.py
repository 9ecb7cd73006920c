"""Figures over the frames that were built to judge a batch: what `Statistics` holds, where somebody asks for it."""

from __future__ import annotations

from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Final

import polars as pl

from ..schemas.exports import with_instants
from ..schemas.statistics import AHEAD, DELAY, EARLIEST, FIELDS, NEWEST, VOCABULARIES, Fields, Vocabulary
from ..schemas.tables import TABLES
from .exchange import Exchange, Reason
from .http import responded_at
from .lines import Lines
from .statistics import (
    EDGES,
    MISSING,
    NEGATIVE,
    OTHERS,
    READ,
    ROWS,
    STATED,
    UNREADABLE,
    Counts,
    Statistics,
    Timeline,
    counted,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from .counting import Exercised

_WORD: Final = "(word)"
_INSTANT: Final = pl.Datetime("us", "UTC")
_CODES: Final = range(100, 600)
"""Status codes (RFC 9110 §15)."""


def measured(
    exchanges: Sequence[Exchange], exercised: Exercised, reasons: Mapping[int, Reason], failed: set[int], now: datetime
) -> Statistics:
    """The figures of a batch; `reasons` tells why exchanges were not judged, unless they are among those that failed.

    `now` is the time after which nothing can have taken place yet.
    """
    unjudged = reasons.keys() - failed
    everywhere = list(exercised.rows(unjudged))
    timed = [with_instants(frames[DELAY.table]) for frames in everywhere]
    timeline, moments = _timeline(_moments(exchanges, timed, unjudged, now), failed)
    return Statistics(
        words={one.name: _words(one, everywhere) for one in VOCABULARIES},
        fields={one.name: _fields(one, list(exercised.rows(failed.union(reasons), sound=True))) for one in FIELDS},
        delays=counted(chain.from_iterable(map(_delays, timed))),
        timeline=timeline,
        moments=moments,
        statuses=_statuses(exchanges, reasons),
    )


def _words(asked: Vocabulary, everywhere: Sequence[Mapping[str, pl.DataFrame]]) -> Counts:
    found = (frames[asked.table].get_column(asked.column).value_counts().iter_rows() for frames in everywhere)
    return counted((_known(asked, word), times) for word, times in chain.from_iterable(found))


def _known(asked: Vocabulary, word: str | None) -> str:
    """The key that a word is counted under."""
    if word is None:
        return MISSING
    spelled = asked.spelling(word)
    return spelled if spelled in _all(asked) else OTHERS


@cache
def _all(asked: Vocabulary) -> frozenset[str]:
    return frozenset(asked.words)


def _fields(asked: Fields, everywhere: Sequence[Mapping[str, pl.DataFrame]]) -> dict[str, Counts]:
    wanted = [_filled(asked, name).sum().alias(name) for name in asked.columns]
    by_word: dict[str, list[tuple[str, int]]] = {}
    for frames in everywhere:
        rows = frames[asked.table].group_by(pl.col(asked.by).alias(_WORD)).agg(pl.len().alias(ROWS), *wanted)
        for row in rows.iter_rows(named=True):
            pairs = by_word.setdefault(_known(asked.vocabulary, row.pop(_WORD)), [])
            pairs.extend(row.items())
    return {word: counted(pairs) for word, pairs in by_word.items()}


def _filled(asked: Fields, name: str) -> pl.Expr:
    """Whether a row has something in a field: a text that is not empty, an array with an item, or any other value."""
    table, column = TABLES[asked.table], pl.col(asked.columns[name])
    if name in table.lengths:
        return column.fill_null(0) > 0
    return column.fill_null("") != "" if table.columns[name] == "string" else column.is_not_null()


def _delays(frame: pl.DataFrame) -> Iterator[tuple[str, int]]:
    """How many rows are in each bucket; a row whose time is there and cannot be read is not one without."""
    took = (pl.col(f"{DELAY.until}.utc") - pl.col(f"{DELAY.since}.utc")).dt.total_microseconds()
    there = pl.col(DELAY.until).is_not_null()
    if "broken" in frame.columns:
        there |= (pl.col("broken") & TABLES[DELAY.table].bits[DELAY.until]) != 0
    edges = pl.Series([edge * 1_000_000 for edge in EDGES])
    found = frame.select(took.alias("took"), there.alias("there"))
    whole = found.get_column("took").drop_nulls()
    places: Iterator[tuple[int, int]] = edges.search_sorted(whole, side="right").value_counts().iter_rows()
    yield from ((str(EDGES[place - 1]) if place else NEGATIVE, times) for place, times in places)
    unknown = found.filter(pl.col("took").is_null()).get_column("there")
    yield UNREADABLE, int(unknown.sum())
    yield MISSING, int((~unknown).sum())


def _moments(
    exchanges: Sequence[Exchange], timed: Sequence[pl.DataFrame], unjudged: AbstractSet[int], now: datetime
) -> pl.DataFrame:
    """When the exchanges that were judged took place: `stated` by their response, and `read` from their rows."""
    column = f"{NEWEST.column}.utc"
    rows = pl.concat(
        [
            pl.DataFrame(schema={"exchange": pl.Int64, column: _INSTANT}),
            *(frame.select("exchange", column) for frame in timed),
        ]
    )
    newest = rows.filter(_plausible(column, now)).group_by("exchange").agg(pl.col(column).max().alias("read"))
    stated = pl.Series("stated", _stated(exchanges), dtype=_INSTANT)
    known = pl.DataFrame([pl.int_range(len(exchanges), dtype=pl.Int64, eager=True).alias("exchange"), stated])
    if unjudged:
        known = known.filter(~pl.col("exchange").is_in(sorted(unjudged)))
    known = known.with_columns(pl.when(_plausible("stated", now)).then("stated").alias("stated"))
    return known.join(newest, on="exchange", how="left")


def _plausible(column: str, now: datetime) -> pl.Expr:
    return pl.col(column).is_between(pl.lit(EARLIEST, _INSTANT), pl.lit(now + AHEAD, _INSTANT))


def _stated(exchanges: Sequence[Exchange]) -> list[datetime | None]:
    if isinstance(exchanges, Lines):
        return [None] * len(exchanges)
    return [None if one.response is None else responded_at(one.response) for one in exchanges]


def _timeline(moments: pl.DataFrame, failed: set[int]) -> tuple[Timeline, Counts]:
    """Exchanges by day, and how their days are known."""
    day = pl.coalesce("stated", "read").dt.strftime("%Y-%m-%d").alias("day")
    fails = pl.col("exchange").is_in(sorted(failed)).alias("fails")
    days = moments.select(day, fails).drop_nulls("day").group_by("day").agg(pl.len(), pl.col("fails").sum())
    timeline = Timeline()
    timeline.add({name: times for name, times, _ in days.iter_rows()}, counted(days.select("day", "fails").iter_rows()))
    stated = moments.get_column("stated").count()
    known = int(days.get_column("len").sum())
    return timeline, counted([(STATED, stated), (READ, known - stated), (MISSING, len(moments) - known)])


def _statuses(exchanges: Sequence[Exchange], reasons: Mapping[int, Reason]) -> Counts:
    if isinstance(exchanges, Lines):
        return counted([(MISSING, len(exchanges))])
    ours = (one for index, one in enumerate(exchanges) if reasons.get(index) is not Reason.OTHER_OPERATION)
    return counted((_code(one), 1) for one in ours)


def _code(exchange: Exchange) -> str:
    status = None if exchange.response is None else exchange.response.status
    if status is None:
        return MISSING
    return str(status) if status in _CODES else OTHERS
