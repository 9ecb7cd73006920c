"""The rules of the profile `strict` over the tables: clauses of reference-behaviour that the pages do not promise."""

from __future__ import annotations

from typing import Final

import polars as pl

from ..forbidden import STATUSES
from ..population import CHANNELS
from ..vocabulary import CONTENT, EMAIL_CHANNELS, MESSAGE_CHANNELS, PHONE_CHANNELS
from . import texts
from .violation import violation

_CHANNEL: Final = pl.col("entry.name")
_STATUS: Final = pl.col("status")
_NAME: Final = pl.col("name")
_NAMED: Final = sorted(MESSAGE_CHANNELS | CONTENT.keys())
_OTHER: Final = ~_CHANNEL.is_in(sorted(EMAIL_CHANNELS | PHONE_CHANNELS))
_AFTER: Final = pl.col("responded at") + pl.duration(seconds=5)  # clocks of one machine, read one after the other

MESSAGES: Final = (
    violation("IP241", "id", pl.col("id") <= 2**31),
    violation("IP242", "status", pl.col("known status") & ~_STATUS.is_in(STATUSES)),
    violation(
        "IP243",
        "subject",
        ~_CHANNEL.is_in(sorted(EMAIL_CHANNELS)) & pl.col("subject").str.contains(texts.BLANK),
        "entry.name",
    ),
    violation("IP244", "receiver", _OTHER & (pl.col("receiver") == ""), "entry.name"),
    violation(
        "IP245",
        "receiver",
        pl.col("by phone") & ~pl.col("unfit") & (pl.col("receiver").str.len_bytes() == 7),  # noqa: PLR2004
        "entry.name",
    ),
    violation("IP246", "sentDate", pl.col("sent at") > _AFTER),
    violation("IP246", "deliveredTime", pl.col("delivered at") > _AFTER),
)

ENTRIES: Final = (
    violation("IP247", "count", pl.col("messages").fill_null(0) + pl.col("count") == 0, "messageList"),
    violation("IP248", "name", ~_NAME.is_in(CHANNELS) & _NAME.is_in(_NAMED)),
    violation("IP249", "messageList", ~pl.col("has.messageList") & ~_NAME.is_in(_NAMED), "name"),
)
