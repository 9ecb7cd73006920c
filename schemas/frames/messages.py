"""The rules over the table of messages: one row a message, with its entry's name and its response's time beside it."""

from __future__ import annotations

from typing import Final

import polars as pl

from ..vocabulary import (
    CLOCK_TOLERANCE_HOURS,
    DELIVERED_FAMILY,
    EARLIEST_YEAR,
    EMAIL_CHANNELS,
    FUTURE_TOLERANCE_HOURS,
    KNOWN_STATUSES,
    PHONE_CHANNELS,
    TIME_OPTIONAL_CHANNELS,
    TIME_REQUIRED,
)
from . import texts
from .violation import violation

_CHANNEL: Final = pl.col("entry.name")
_RECEIVER: Final = pl.col("receiver")
_SUBJECT: Final = pl.col("subject")
_SENT: Final = pl.col("sentDate")
_DELIVERED: Final = pl.col("deliveredTime")

_SENT_AT: Final = pl.col("sent at")
_DELIVERED_AT: Final = pl.col("delivered at")
_SENT_FORMED: Final = pl.col("sent formed")
_DELIVERED_FORMED: Final = pl.col("delivered formed")
_STATUS: Final = pl.col("normal status")
_WELL_SPELLED: Final = pl.col("well spelled")
_EARLY: Final = _SENT_AT - _DELIVERED_AT
_LATEST: Final = pl.col("responded at") + pl.duration(hours=FUTURE_TOLERANCE_HOURS)
_TOLERANCE: Final = pl.duration(hours=CLOCK_TOLERANCE_HOURS)

_EMAIL: Final = _CHANNEL.is_in(sorted(EMAIL_CHANNELS))
_PHONE: Final = _CHANNEL.is_in(sorted(PHONE_CHANNELS))
_REPEATED: Final = ~pl.struct("exchange", "entry", "id").is_first_distinct()
_STAND_IN: Final = _RECEIVER.str.contains(texts.PLACEHOLDER) | _RECEIVER.str.contains(texts.REDACTED)


def prepared(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with what several rules need, computed once.

    `sent at` and `delivered at` are the instants (UTC, microseconds) that the two texts name: null where a text is
    absent, in another format (`sent formed`, `delivered formed`), or no real date and time. `repeated` marks an id
    that an earlier message of the entry has, `shows a code` a text with a one-time password. What is rare is computed
    only where a batch has it.
    """
    told = frame.with_columns(
        _SENT.str.contains(texts.SENT_DATE).alias("sent formed"),
        _DELIVERED.str.contains(texts.DELIVERED_TIME).alias("delivered formed"),
        _instant(_SENT, "%d-%m-%Y %H:%M:%S").alias("sent at"),
        _instant(_DELIVERED, "%Y-%m-%dT%H:%M:%S").alias("delivered at"),
        pl.col("status").str.replace_all("-", "_", literal=True).alias("normal status"),  # facts.md §3: alike
        pl.col("status").str.contains(texts.STATUS).alias("well spelled"),
        _SUBJECT.str.contains(texts.OTP).alias("shows a code"),
    )
    told = told.with_columns(
        pl.when(_SENT_FORMED).then(_SENT_AT).alias("sent at"),
        pl.when(_DELIVERED_FORMED).then(_DELIVERED_AT - _offset(frame)).alias("delivered at"),
    )
    if told.get_column("shows a code").any():
        told = told.with_columns(pl.col("shows a code") & _SUBJECT.str.contains(texts.CODE))
    repeated = pl.lit(value=False) if frame.get_column("id").is_unique().all() else _REPEATED
    return told.with_columns(repeated.alias("repeated"))


def _instant(text: pl.Expr, layout: str) -> pl.Expr:
    """The instant that the first 19 characters of a text name, its zone and its fraction left aside.

    Polars refuses hour 24, but takes second 60 for a leap second, which neither format has (facts.md §3).
    """
    parsed = text.str.head(19).str.to_datetime(layout, strict=False, time_unit="us")
    return pl.when(~text.str.contains(":60", literal=True)).then(parsed)


def _offset(frame: pl.DataFrame) -> pl.Expr:
    """The duration by which `deliveredTime` is ahead of UTC; null for an offset that does not exist."""
    if frame.get_column("deliveredTime").str.ends_with("Z").all():
        return pl.duration()
    found = _DELIVERED.str.extract_groups(texts.OFFSET)
    minutes = found.struct["hours"].cast(pl.Int64) * 60 + found.struct["minutes"].cast(pl.Int64)
    signed = pl.when(found.struct["sign"] == "-").then(-minutes).otherwise(minutes)
    real = pl.when(_DELIVERED.str.contains(texts.REAL_OFFSET)).then(signed)
    return pl.duration(minutes=pl.when(_DELIVERED.str.ends_with("Z")).then(0).otherwise(real))


MESSAGES: Final = (
    violation("IP203", "id", pl.col("repeated")),
    violation("IP206", "status", _WELL_SPELLED & ~_STATUS.is_in(sorted(KNOWN_STATUSES))),
    violation("IP207", "status", ~_WELL_SPELLED),
    violation("IP208", "sentDate", ~_SENT_FORMED & ~_SENT.str.contains(texts.DELIVERED_TIME)),
    violation("IP209", "sentDate", _SENT_FORMED & _SENT_AT.is_null()),
    violation("IP210", "deliveredTime", ~_DELIVERED_FORMED & ~_DELIVERED.str.contains(texts.SENT_DATE)),
    violation("IP211", "deliveredTime", _DELIVERED_FORMED & _DELIVERED_AT.is_null()),
    violation("IP212", "sentDate", _SENT.str.contains(texts.DELIVERED_TIME)),
    violation("IP212", "deliveredTime", _DELIVERED.str.contains(texts.SENT_DATE)),
    violation("IP213", "deliveredTime", ~_DELIVERED.str.ends_with("Z") & _DELIVERED_AT.is_not_null()),
    violation("IP214", "sentDate", (_SENT.str.len_chars() > 19) & _SENT_AT.is_not_null()),  # noqa: PLR2004 - the format
    violation("IP214", "deliveredTime", _DELIVERED.str.contains("[.,]") & _DELIVERED_AT.is_not_null()),
    violation(
        "IP215",
        "deliveredTime",
        (_STATUS == TIME_REQUIRED) & _DELIVERED.is_null() & ~_CHANNEL.is_in(sorted(TIME_OPTIONAL_CHANNELS)),
        "status",
        "entry.name",
    ),
    violation(
        "IP216",
        "deliveredTime",
        _DELIVERED.is_not_null() & _STATUS.is_in(sorted(KNOWN_STATUSES - DELIVERED_FAMILY)),
        "status",
    ),
    violation("IP217", "deliveredTime", (_EARLY > pl.duration()) & (_EARLY <= _TOLERANCE), "sentDate"),
    violation("IP218", "deliveredTime", _EARLY > _TOLERANCE, "sentDate"),
    violation("IP219", "sentDate", _SENT_AT.dt.year() < EARLIEST_YEAR),
    violation("IP219", "deliveredTime", _DELIVERED_AT.dt.year() < EARLIEST_YEAR),
    violation("IP220", "sentDate", _SENT_AT > _LATEST),
    violation("IP220", "deliveredTime", _DELIVERED_AT > _LATEST),
    *(
        violation("IP221", name, (pl.col(name) == 0) | (pl.col(name) < -1))
        for name in ("campaignId", "userId")
    ),
    violation("IP222", "receiver", _EMAIL & ~_RECEIVER.str.contains(texts.EMAIL) & ~_STAND_IN, "entry.name"),
    violation(
        "IP223",
        "receiver",
        _PHONE & ~_RECEIVER.str.contains(texts.PHONE) & ~_RECEIVER.str.contains(texts.PLUS_PHONE) & ~_STAND_IN,
        "entry.name",
    ),
    violation("IP224", "receiver", _PHONE & _RECEIVER.str.contains(texts.PLUS_PHONE), "entry.name"),
    violation("IP225", "receiver", _RECEIVER.str.contains(texts.PLACEHOLDER)),
    violation("IP226", "subject", _EMAIL & _SUBJECT.str.contains(texts.BLANK), "entry.name"),
    violation("IP227", "subject", pl.col("shows a code")),
    violation("IP502", "receiver", _RECEIVER.str.contains("\ufffd", literal=True)),
    violation("IP502", "subject", _SUBJECT.str.contains("\ufffd", literal=True)),
    violation("IP503", "receiver", _RECEIVER.str.contains(texts.REDACTED)),
)
