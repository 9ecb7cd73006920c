"""Instants, and how the API writes them (facts.md §3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final

from hypothesis import strategies as st

from ..schemas.vocabulary import EARLIEST_YEAR

FIRST: Final = datetime(EARLIEST_YEAR, 1, 1, tzinfo=UTC)
"""The earliest instant that breaks no rule."""

LAST: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""The latest instant that is generated unless asked otherwise: fixed, so that tests do not depend on the day."""

SECOND: Final = timedelta(seconds=1)

_LEAP_DAYS = [datetime(year, 2, 29, 23, 59, 59, tzinfo=UTC) for year in range(2008, 2100, 4)]
_YEAR_ENDS = [datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC) for year in range(2008, 2100)]


def instants(*, min_time: datetime = FIRST, max_time: datetime = LAST) -> st.SearchStrategy[datetime]:
    """Instants in UTC with whole seconds, both bounds included; they shrink towards `min_time`.

    >>> from hypothesis import find
    >>> find(instants(), lambda instant: True).isoformat()
    '2008-01-01T00:00:00+00:00'
    """
    seconds = st.integers(0, (max_time - min_time) // SECOND)
    plain = seconds.map(lambda count: min_time + count * SECOND)
    notable = [instant for instant in (*_LEAP_DAYS, *_YEAR_ENDS) if min_time <= instant <= max_time]
    return plain | st.sampled_from(notable) if notable else plain


def sent_date(instant: datetime) -> str:
    """`DD-MM-YYYY HH:mm:ss`, the way of `sentDate`.

    >>> sent_date(FIRST)
    '01-01-2008 00:00:00'
    """
    return f"{instant.day:02}-{instant.month:02}-{instant.year:04} {_clock(instant)}"


def delivered_time(instant: datetime, *, fraction: str = "", zone: str = "Z") -> str:
    """`YYYY-MM-DDTHH:mm:ssZ`, the way of `deliveredTime`; with another `zone` the digits stay as they are.

    >>> delivered_time(FIRST)
    '2008-01-01T00:00:00Z'
    """
    return f"{instant.year:04}-{instant.month:02}-{instant.day:02}T{_clock(instant)}{fraction}{zone}"


def with_offset(instant: datetime, minutes: int, *, colon: bool = True) -> str:
    """The same instant by a clock that is `minutes` ahead of UTC.

    >>> with_offset(FIRST, 330)
    '2008-01-01T05:30:00+05:30'
    """
    hours, rest = divmod(abs(minutes), 60)
    zone = f"{'-' if minutes < 0 else '+'}{hours:02}{':' if colon else ''}{rest:02}"
    return delivered_time(instant + timedelta(minutes=minutes), zone=zone)


def http_date(instant: datetime) -> str:
    """The way of the header field `Date` (RFC 9110 §5.6.7).

    >>> http_date(FIRST)
    'Tue, 01 Jan 2008 00:00:00 GMT'
    """
    return format_datetime(instant, usegmt=True)


def _clock(instant: datetime) -> str:
    return f"{instant.hour:02}:{instant.minute:02}:{instant.second:02}"
