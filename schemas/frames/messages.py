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
from .sparing import SMALL, by_value, only
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
_WELL_SPELLED: Final = pl.col("well spelled")
_EARLY: Final = _SENT_AT - _DELIVERED_AT
_LATEST: Final = pl.col("responded at") + pl.duration(hours=FUTURE_TOLERANCE_HOURS)
_TOLERANCE: Final = pl.duration(hours=CLOCK_TOLERANCE_HOURS)

_EMAIL: Final = pl.col("by e-mail")
_PHONE: Final = pl.col("by phone")
_BY_EITHER: Final = (_EMAIL | _PHONE).fill_null(value=False)
_UNFIT: Final = pl.col("unfit")
_STAND_IN: Final = pl.col("placeholder") | pl.col("redacted")
_NORMAL: Final = pl.col("status").str.replace_all("-", "_", literal=True)  # facts.md §3: `-` and `_` are alike
_OF_STATUS: Final = {
    "well spelled": pl.col("status").str.contains(texts.STATUS),
    "known status": _NORMAL.is_in(sorted(KNOWN_STATUSES)),
    "needs a time": _NORMAL == TIME_REQUIRED,
    "has no time": _NORMAL.is_in(sorted(KNOWN_STATUSES - DELIVERED_FAMILY)),
}
_OF_CHANNEL: Final = {
    "by e-mail": _CHANNEL.is_in(sorted(EMAIL_CHANNELS)),
    "by phone": _CHANNEL.is_in(sorted(PHONE_CHANNELS)),
    "may lack a time": _CHANNEL.is_in(sorted(TIME_OPTIONAL_CHANNELS)),
}
_MAY_BE_BLANK: Final = (_SUBJECT < "!") | (_SUBJECT > "\x7f")  # white space is there, or beyond ASCII
_MAY_SHOW_A_CODE: Final = _SUBJECT.str.contains_any(list(texts.OTP_WORDS), ascii_case_insensitive=True)
_CODE: Final = _SUBJECT.str.contains(texts.CODE)
_UNUSUAL_RECEIVERS: Final = {
    "with plus": _RECEIVER.str.contains(texts.PLUS_PHONE),
    "placeholder": _RECEIVER.str.contains(texts.PLACEHOLDER),
    "redacted": _RECEIVER.str.contains(texts.REDACTED),
}
_USUAL: Final = len("YYYY-MM-DDTHH:mm:ssZ")
_UNUSUAL_TIMES: Final = {
    "delivered elsewhere": ~_DELIVERED.str.ends_with("Z"),
    "delivered fraction": _DELIVERED.str.contains("[.,]"),
}
_ODD, _ODDER = 0x1E3779B97F4A7C15, 0x3F58476D1CE4E5B9
_SINCE: Final = datetime(EARLIEST_YEAR, 1, 1)  # noqa: DTZ001 - Polars' instants have no zone either; all are UTC


def prepared(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with what several rules need, computed once, and what is rare only where the batch has it.

    `sent at` and `delivered at` are the instants (UTC, microseconds) that the two texts name: null where a text is
    absent, in another format (`sent formed`, `delivered formed`), or no real date and time. `repeated` marks an id
    that an earlier message of the entry has, `shows a code` a text with a one-time password, `blank` an e-mail's
    empty subject; a receiver is `unfit` for its channel, and then perhaps a number `with plus`, an obfuscator's
    `placeholder`, or `redacted`.
    """
    usual = frame.with_columns(
        _SENT.str.contains(texts.SENT_DATE).alias("sent formed"),
        _DELIVERED.str.contains(texts.DELIVERED_TIME).alias("delivered formed"),
        *by_value(frame, "status", **_OF_STATUS),
        *by_value(frame, "entry.name", **_OF_CHANNEL),
    )
    return usual.with_columns(
        *_instants(usual),
        *_receivers(usual),
        _repeated(usual),
        *only(usual, _EMAIL & _MAY_BE_BLANK, blank=_SUBJECT.str.contains(texts.BLANK)),
        *only(usual, _MAY_SHOW_A_CODE, **{"shows a code": _SUBJECT.str.contains(texts.OTP) & _CODE}),
        *only(usual, ~_SENT_FORMED, **{"sent swapped": _SENT.str.contains(texts.DELIVERED_TIME)}),
        *only(usual, ~_DELIVERED_FORMED, **{"delivered swapped": _DELIVERED.str.contains(texts.SENT_DATE)}),
        *only(usual, _DELIVERED.str.len_bytes() != _USUAL, **_UNUSUAL_TIMES),
    )


def _receivers(frame: pl.DataFrame) -> list[pl.Series | pl.Expr]:
    """Which receivers do not fit their channel; those, and those of channels of another kind, may be stand-ins."""
    (no_address,) = only(frame, _EMAIL, unfit=~_RECEIVER.str.contains(texts.EMAIL))
    (no_number,) = only(frame, _PHONE, unfit=~_RECEIVER.str.contains(texts.PHONE))
    unfit = _expression(no_address) | _expression(no_number)
    return [unfit.alias("unfit"), *only(frame, unfit | ~_BY_EITHER, **_UNUSUAL_RECEIVERS)]


def _expression(column: pl.Series | pl.Expr) -> pl.Expr:
    return column if isinstance(column, pl.Expr) else pl.lit(column)


def _repeated(frame: pl.DataFrame) -> pl.Expr:
    """Which ids an earlier message of the same entry has.

    Where not even two sums are equal, to which the number of the entry adds something large and odd, none has.
    """
    repeated = (~pl.struct("exchange", "entry", "id").is_first_distinct()).alias("repeated")
    if len(frame) < SMALL or not all(frame.schema[name].is_integer() for name in ("exchange", "entry", "id")):
        return repeated
    exchange, entry, number = (pl.col(name).cast(pl.Int64) for name in ("exchange", "entry", "id"))
    sums = exchange * _ODD + entry * _ODDER + number
    return pl.lit(value=False).alias("repeated") if frame.select(sums.n_unique()).item() == len(frame) else repeated


def _instants(frame: pl.DataFrame) -> list[pl.Expr]:
    """The instants of the two texts; fractions and offsets cost something only where the batch has them."""
    sent = _instant(frame, "sentDate", 19, "%d-%m-%Y %H:%M:%S")
    delivered = _instant(frame, "deliveredTime", _USUAL, "%Y-%m-%dT%H:%M:%SZ")
    if not frame.get_column("deliveredTime").str.ends_with("Z").all():
        delivered -= _offset()
    return [
        pl.when(_SENT_FORMED).then(sent).alias("sent at"),
        pl.when(_DELIVERED_FORMED).then(delivered).alias("delivered at"),
    ]


def _instant(frame: pl.DataFrame, name: str, length: int, layout: str) -> pl.Expr:
    """The instant of a text of this usual length, or of the beginning of a longer one, without fraction and zone.

    Polars refuses hour 24, but takes second 60 for a leap second, which neither format has (facts.md §3).
    """
    text = pl.col(name)
    if not frame.select((text.str.len_bytes() == length).all()).item():
        text, layout = text.str.head(19), layout.removesuffix("Z")
    # The cache that is left out is for texts that repeat: instants do not.
    found = text.str.to_datetime(layout, strict=False, time_unit="us", cache=False)
    leap = text.str.ends_with(":60Z" if layout.endswith("Z") else ":60")
    return pl.when(~leap).then(found) if frame.select(leap.any()).item() else found


def _offset() -> pl.Expr:
    """The duration by which `deliveredTime` is ahead of UTC; null for an offset that does not exist."""
    found = _DELIVERED.str.extract_groups(texts.OFFSET)
    minutes = found.struct["hours"].cast(pl.Int64) * 60 + found.struct["minutes"].cast(pl.Int64).fill_null(0)
    signed = pl.when(found.struct["sign"] == "-").then(-minutes).otherwise(minutes)
    real = pl.when(_DELIVERED.str.contains(texts.REAL_OFFSET)).then(signed)
    return pl.duration(minutes=pl.when(_DELIVERED.str.ends_with("Z")).then(0).otherwise(real))


MESSAGES: Final = (
    violation("IP203", "id", pl.col("repeated")),
    violation("IP206", "status", _WELL_SPELLED & ~pl.col("known status")),
    violation("IP207", "status", ~_WELL_SPELLED),
    violation("IP208", "sentDate", ~_SENT_FORMED & ~pl.col("sent swapped")),
    violation("IP209", "sentDate", _SENT_FORMED & _SENT_AT.is_null()),
    violation("IP210", "deliveredTime", ~_DELIVERED_FORMED & ~pl.col("delivered swapped")),
    violation("IP211", "deliveredTime", _DELIVERED_FORMED & _DELIVERED_AT.is_null()),
    violation("IP212", "sentDate", pl.col("sent swapped")),
    violation("IP212", "deliveredTime", pl.col("delivered swapped")),
    violation("IP213", "deliveredTime", pl.col("delivered elsewhere") & _DELIVERED_AT.is_not_null()),
    violation("IP214", "sentDate", (_SENT.str.len_chars() > 19) & _SENT_AT.is_not_null()),  # noqa: PLR2004 - the format
    violation("IP214", "deliveredTime", pl.col("delivered fraction") & _DELIVERED_AT.is_not_null()),
    violation(
        "IP215",
        "deliveredTime",
        pl.col("needs a time") & _DELIVERED.is_null() & ~pl.col("may lack a time"),
        "status",
        "entry.name",
    ),
    violation(
        "IP216",
        "deliveredTime",
        _DELIVERED.is_not_null() & pl.col("has no time"),
        "status",
    ),
    violation("IP217", "deliveredTime", (_EARLY > pl.duration()) & (_EARLY <= _TOLERANCE), "sentDate"),
    violation("IP218", "deliveredTime", _EARLY > _TOLERANCE, "sentDate"),
    violation("IP219", "sentDate", _SENT_AT < _SINCE),
    violation("IP219", "deliveredTime", _DELIVERED_AT < _SINCE),
    violation("IP220", "sentDate", _SENT_AT > _LATEST),
    violation("IP220", "deliveredTime", _DELIVERED_AT > _LATEST),
    *(violation("IP221", name, (pl.col(name) == 0) | (pl.col(name) < -1)) for name in ("campaignId", "userId")),
    violation("IP222", "receiver", _EMAIL & _UNFIT & ~_STAND_IN, "entry.name"),
    violation(
        "IP223",
        "receiver",
        _PHONE & _UNFIT & ~pl.col("with plus") & ~_STAND_IN,
        "entry.name",
    ),
    violation("IP224", "receiver", _PHONE & pl.col("with plus"), "entry.name"),
    violation("IP225", "receiver", pl.col("placeholder")),
    violation("IP226", "subject", pl.col("blank"), "entry.name"),
    violation("IP227", "subject", pl.col("shows a code")),
    violation("IP503", "receiver", pl.col("redacted")),
)
