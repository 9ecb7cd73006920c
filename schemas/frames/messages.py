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
_STATUS: Final = pl.col("status").str.replace_all("-", "_", literal=True)  # facts.md §3: treat - and _ alike
_SENT: Final = pl.col("sentDate")
_DELIVERED: Final = pl.col("deliveredTime")

_SENT_AT: Final = pl.col("sent at")
_DELIVERED_AT: Final = pl.col("delivered at")
_EARLY: Final = _SENT_AT - _DELIVERED_AT
_LATEST: Final = pl.col("responded at") + pl.duration(hours=FUTURE_TOLERANCE_HOURS)
_TOLERANCE: Final = pl.duration(hours=CLOCK_TOLERANCE_HOURS)

_EMAIL: Final = _CHANNEL.is_in(sorted(EMAIL_CHANNELS))
_PHONE: Final = _CHANNEL.is_in(sorted(PHONE_CHANNELS))
_STAND_IN: Final = _RECEIVER.str.contains(texts.PLACEHOLDER) | _RECEIVER.str.contains(texts.REDACTED)


def with_instants(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with `sent at` and `delivered at`: the instants (UTC, microseconds) that the two texts name.

    Null where a text is absent, in another format, or no real date and time.
    """
    instants = frame.with_columns(
        _instant(_SENT, texts.SENT_DATE, "%d-%m-%Y %H:%M:%S").alias("sent at"),
        _instant(_DELIVERED, texts.DELIVERED_TIME, "%Y-%m-%dT%H:%M:%S").alias("delivered at"),
    )
    if frame.get_column("deliveredTime").str.ends_with("Z").all():
        return instants
    return instants.with_columns(_DELIVERED_AT - _offset())


def _instant(text: pl.Expr, pattern: str, layout: str) -> pl.Expr:
    """The instant of a text, its zone and its fraction left aside."""
    parsed = text.str.head(19).str.to_datetime(layout, strict=False, time_unit="us")
    return pl.when(text.str.contains(pattern) & text.str.contains(texts.CLOCK)).then(parsed)


def _offset() -> pl.Expr:
    """The duration by which `deliveredTime` is ahead of UTC; null for an offset that does not exist."""
    found = _DELIVERED.str.extract_groups(texts.OFFSET)
    minutes = found.struct["hours"].cast(pl.Int64) * 60 + found.struct["minutes"].cast(pl.Int64)
    signed = pl.when(found.struct["sign"] == "-").then(-minutes).otherwise(minutes)
    real = pl.when(_DELIVERED.str.contains(texts.REAL_OFFSET)).then(signed)
    return pl.duration(minutes=pl.when(_DELIVERED.str.ends_with("Z")).then(0).otherwise(real))


MESSAGES: Final = (
    violation("IP203", "id", ~pl.struct("exchange", "entry", "id").is_first_distinct()),
    violation("IP206", "status", _STATUS.str.contains(texts.STATUS) & ~_STATUS.is_in(sorted(KNOWN_STATUSES))),
    violation("IP207", "status", ~_STATUS.str.contains(texts.STATUS)),
    violation(
        "IP208", "sentDate", ~_SENT.str.contains(texts.SENT_DATE) & ~_SENT.str.contains(texts.DELIVERED_TIME)
    ),
    violation("IP209", "sentDate", _SENT.str.contains(texts.SENT_DATE) & _SENT_AT.is_null()),
    violation(
        "IP210",
        "deliveredTime",
        ~_DELIVERED.str.contains(texts.DELIVERED_TIME) & ~_DELIVERED.str.contains(texts.SENT_DATE),
    ),
    violation("IP211", "deliveredTime", _DELIVERED.str.contains(texts.DELIVERED_TIME) & _DELIVERED_AT.is_null()),
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
    violation("IP227", "subject", _SUBJECT.str.contains(texts.OTP) & _SUBJECT.str.contains(texts.CODE)),
    violation("IP502", "receiver", _RECEIVER.str.contains("\ufffd", literal=True)),
    violation("IP502", "subject", _SUBJECT.str.contains("\ufffd", literal=True)),
    violation("IP503", "receiver", _RECEIVER.str.contains(texts.REDACTED)),
)
