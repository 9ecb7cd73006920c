"""What people load into a warehouse: the table that is exported, its columns and their types."""

from __future__ import annotations

from typing import Final

import polars as pl

from .document import load, operation
from .frames.messages import prepared
from .tables import SCALARS, TABLES

EXPORTED: Final = TABLES["messages"]
"""The table whose rows are exported."""

INSTANT: Final = "instant"
"""The kind of a column of instants in UTC, beside the kinds of JSON Schema."""

_INSTANTS: Final = {"sentDate": "sent at", "deliveredTime": "delivered at"}
_FRACTION: Final = r":[0-9]{2}[.,]([0-9]+)"
_DIGITS: Final = 6


def body_columns() -> dict[str, str]:
    """The scalar members of a body and their types.

    >>> body_columns()
    {'name': 'string'}
    """
    members = {name: schema.get("type") for name, schema in load("response")["properties"].items()}
    return {name: kind for name, kind in members.items() if kind in SCALARS}


def row_columns() -> dict[str, str]:
    """The columns of a row itself: its cells, and beside each text that names an instant the instant.

    >>> row_columns()["sentDate.utc"]
    'instant'
    """
    found: dict[str, str] = {}
    for name, kind in EXPORTED.columns.items():
        found[name] = kind
        if name in _INSTANTS:
            found[f"{name}.utc"] = INSTANT
    return found


def query_columns() -> tuple[str, ...]:
    """The parameters of a request, which are texts.

    >>> "type" in query_columns()
    True
    """
    return tuple(operation().parameters)


def with_instants(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows of the exported table with the instants that their texts name, to the microsecond.

    A text without a zone is taken for UTC, as the rules do; null is the instant of a text that names none.
    """
    known = prepared(frame)
    instants = [(_instant(known, text, known[column])).alias(f"{text}.utc") for text, column in _INSTANTS.items()]
    return frame.with_columns(instants)


def _instant(frame: pl.DataFrame, text: str, whole: pl.Series) -> pl.Series:
    """The instant with the fraction of a second that its text has; few batches have any."""
    digits = frame[text].str.extract(_FRACTION)
    if digits.null_count() < len(digits):
        micros = digits.str.slice(0, _DIGITS).str.pad_end(_DIGITS, "0").cast(pl.Int64)
        table = pl.DataFrame({"whole": whole, "micros": micros})
        whole = table.select(pl.col("whole") + pl.duration(microseconds=pl.col("micros").fill_null(0)))["whole"]
    return whole.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
