"""The rules over the table of entries: one row an entry of `interaction`."""

from __future__ import annotations

from functools import reduce
from typing import Final

import polars as pl

from ..tables import TABLES
from ..vocabulary import CONTENT, KNOWN_CHANNELS, KNOWN_TYPES, MESSAGE_CHANNELS, TYPE_CHANNELS
from .violation import violation

_COUNT: Final = pl.col("count")
_NAME: Final = pl.col("name")
_MESSAGES: Final = pl.col("messages")
_TYPE: Final = pl.col("query.type")


def _lacks(holder: pl.Expr, content: str) -> pl.Expr:
    scalar = content in TABLES["entries"].columns
    return holder & (pl.col(content).is_null() if scalar else ~pl.col(f"has.{content}"))


def _of_type(kind: str) -> pl.Expr:
    return (_TYPE == kind) & _NAME.is_in(sorted(TYPE_CHANNELS.get(kind, {kind})))


_ASKED_FOR: Final = reduce(pl.Expr.or_, map(_of_type, KNOWN_TYPES))
# facts.md §2: types and entry names are two vocabularies. What a type that is no channel is called among the entries
# is not known: surveys and missed calls are not held against it.
_OTHER: Final = _NAME.is_in(sorted(KNOWN_CHANNELS)) & (
    _TYPE.is_in(sorted(MESSAGE_CHANNELS)) | ~_NAME.is_in(sorted(CONTENT))
)

ENTRIES: Final = (
    *(violation("IP108", content, _lacks(_NAME == name, content), "name") for name, content in CONTENT.items()),
    violation("IP108", "messageList", _lacks(_NAME.is_in(sorted(MESSAGE_CHANNELS)), "messageList"), "name"),
    violation("IP201", "count", (_COUNT >= 0) & (_COUNT < _MESSAGES), "messageList"),
    violation("IP202", "count", _COUNT > _MESSAGES, "messageList"),
    violation("IP204", "name", ~pl.struct("exchange", "name").is_first_distinct()),
    violation("IP205", "name", ~_NAME.is_in(sorted(KNOWN_CHANNELS))),
    violation(
        "IP301",
        "count",
        _TYPE.is_in(KNOWN_TYPES) & _OTHER & ~_ASKED_FOR & (_COUNT > 0),
        "name",
    ),
)
