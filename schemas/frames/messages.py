"""The rules over the table of messages: one row a message, with its entry's name and its response's time beside it."""

from __future__ import annotations

from datetime import datetime
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
_ADDRESS: Final = pl.col("address")
_NUMBER: Final = pl.col("number")
_CODE: Final = _SUBJECT.str.contains(texts.CODE)
_FRACTIONLESS: Final = _DELIVERED.str.len_bytes() == len("YYYY-MM-DDTHH:mm:ssZ")
_EARLY: Final = _SENT_AT - _DELIVERED_AT
_LATEST: Final = pl.col("responded at") + pl.duration(hours=FUTURE_TOLERANCE_HOURS)
_TOLERANCE: Final = pl.duration(hours=CLOCK_TOLERANCE_HOURS)

_EMAIL: Final = _CHANNEL.is_in(sorted(EMAIL_CHANNELS))
_PHONE: Final = _CHANNEL.is_in(sorted(PHONE_CHANNELS))
_REPEATED: Final = ~pl.struct("exchange", "entry", "id").is_first_distinct()
_UNUSUAL_RECEIVERS: Final = {
    "with plus": _RECEIVER.str.contains(texts.PLUS_PHONE),
    "placeholder": _RECEIVER.str.contains(texts.PLACEHOLDER),
    "redacted": _RECEIVER.str.contains(texts.REDACTED),
}
_STAND_IN: Final = pl.col("placeholder") | pl.col("redacted")
_SINCE: Final = datetime(EARLIEST_YEAR, 1, 1)  # noqa: DTZ001 - Polars' instants have no zone either; all are UTC


def prepared(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with what several rules need, computed once, and what is rare only where the batch has it.

    `sent at` and `delivered at` are the instants (UTC, microseconds) that the two texts name: null where a text is
    absent, in another format (`sent formed`, `delivered formed`), or no real date and time. `repeated` marks an id
    that an earlier message of the entry has, `shows a code` a text with a one-time password; the receiver is an
    `address`, a `number`, a number `with plus`, an obfuscator's `placeholder` or `redacted`, or nothing of these.
    """
    usual = frame.with_columns(
        _SENT.str.contains(texts.SENT_DATE).alias("sent formed"),
        _DELIVERED.str.contains(texts.DELIVERED_TIME).alias("delivered formed"),
        pl.col("status").str.replace_all("-", "_", literal=True).alias("normal status"),  # facts.md §3: alike
        pl.col("status").str.contains(texts.STATUS).alias("well spelled"),
        _RECEIVER.str.contains(texts.EMAIL).alias("address"),
        _RECEIVER.str.contains(texts.PHONE).alias("number"),
        _SUBJECT.str.contains(texts.OTP).alias("shows a code"),
    )
    return usual.with_columns(
        *_instants(usual),
        *_rare(usual, (_ADDRESS | _NUMBER).all(), _UNUSUAL_RECEIVERS),
        *_rare(usual, _DELIVERED_FORMED.all(), {"delivered swapped": _DELIVERED.str.contains(texts.SENT_DATE)}),
        *_rare(usual, _FRACTIONLESS.all(), {"delivered fraction": _DELIVERED.str.contains("[.,]")}),
        *_rare(usual, pl.col("id").is_unique().all(), {"repeated": _REPEATED}),
        *_rare(usual, ~pl.col("shows a code").any(), {"shows a code": pl.col("shows a code") & _CODE}),
    )


def _rare(frame: pl.DataFrame, absent: pl.Expr, columns: dict[str, pl.Expr]) -> list[pl.Expr]:
    """The columns, or false in their place where `absent` says that the batch has none of it."""
    none = frame.select(absent.fill_null(value=False)).item()
    return [(pl.lit(value=False) if none else column).alias(name) for name, column in columns.items()]


def _instants(frame: pl.DataFrame) -> list[pl.Expr]:
    """The instants of the two texts; fractions and offsets cost something only where the batch has them."""
    sent = _instant(frame, "sentDate", 19, "%d-%m-%Y %H:%M:%S")
    delivered = _instant(frame, "deliveredTime", 20, "%Y-%m-%dT%H:%M:%SZ")
    return [
        pl.when(_SENT_FORMED).then(sent).alias("sent at"),
        pl.when(_DELIVERED_FORMED).then(delivered - _offset(frame)).alias("delivered at"),
    ]


def _instant(frame: pl.DataFrame, name: str, length: int, layout: str) -> pl.Expr:
    """The instant of a text of this usual length, or of the beginning of a longer one, without fraction and zone.

    Polars refuses hour 24, but takes second 60 for a leap second, which neither format has (facts.md §3).
    """
    text = pl.col(name)
    if not frame.select((text.str.len_bytes() == length).all()).item():
        text, layout = text.str.head(19), layout.removesuffix("Z")
    ending = ":60Z" if layout.endswith("Z") else ":60"
    return pl.when(~text.str.ends_with(ending)).then(text.str.to_datetime(layout, strict=False, time_unit="us"))


def _offset(frame: pl.DataFrame) -> pl.Expr:
    """The duration by which `deliveredTime` is ahead of UTC; null for an offset that does not exist."""
    if frame.get_column("deliveredTime").str.ends_with("Z").all():
        return pl.duration()
    found = _DELIVERED.str.extract_groups(texts.OFFSET)
    minutes = found.struct["hours"].cast(pl.Int64) * 60 + found.struct["minutes"].cast(pl.Int64).fill_null(0)
    signed = pl.when(found.struct["sign"] == "-").then(-minutes).otherwise(minutes)
    real = pl.when(_DELIVERED.str.contains(texts.REAL_OFFSET)).then(signed)
    return pl.duration(minutes=pl.when(_DELIVERED.str.ends_with("Z")).then(0).otherwise(real))


MESSAGES: Final = (
    violation("IP203", "id", pl.col("repeated")),
    violation("IP206", "status", _WELL_SPELLED & ~_STATUS.is_in(sorted(KNOWN_STATUSES))),
    violation("IP207", "status", ~_WELL_SPELLED),
    violation("IP208", "sentDate", ~_SENT_FORMED & ~_SENT.str.contains(texts.DELIVERED_TIME)),
    violation("IP209", "sentDate", _SENT_FORMED & _SENT_AT.is_null()),
    violation("IP210", "deliveredTime", ~_DELIVERED_FORMED & ~pl.col("delivered swapped")),
    violation("IP211", "deliveredTime", _DELIVERED_FORMED & _DELIVERED_AT.is_null()),
    violation("IP212", "sentDate", _SENT.str.contains(texts.DELIVERED_TIME)),
    violation("IP212", "deliveredTime", pl.col("delivered swapped")),
    violation("IP213", "deliveredTime", ~_DELIVERED.str.ends_with("Z") & _DELIVERED_AT.is_not_null()),
    violation("IP214", "sentDate", (_SENT.str.len_chars() > 19) & _SENT_AT.is_not_null()),  # noqa: PLR2004 - the format
    violation("IP214", "deliveredTime", pl.col("delivered fraction") & _DELIVERED_AT.is_not_null()),
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
    violation("IP219", "sentDate", _SENT_AT < _SINCE),
    violation("IP219", "deliveredTime", _DELIVERED_AT < _SINCE),
    violation("IP220", "sentDate", _SENT_AT > _LATEST),
    violation("IP220", "deliveredTime", _DELIVERED_AT > _LATEST),
    *(violation("IP221", name, (pl.col(name) == 0) | (pl.col(name) < -1)) for name in ("campaignId", "userId")),
    violation("IP222", "receiver", _EMAIL & ~_ADDRESS & ~_STAND_IN, "entry.name"),
    violation(
        "IP223",
        "receiver",
        _PHONE & ~_NUMBER & ~pl.col("with plus") & ~_STAND_IN,
        "entry.name",
    ),
    violation("IP224", "receiver", _PHONE & pl.col("with plus"), "entry.name"),
    violation("IP225", "receiver", pl.col("placeholder")),
    violation("IP226", "subject", _EMAIL & _SUBJECT.str.contains(texts.BLANK), "entry.name"),
    violation("IP227", "subject", pl.col("shows a code")),
    violation("IP503", "receiver", pl.col("redacted")),
)
