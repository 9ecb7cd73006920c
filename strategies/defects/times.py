"""Defects of the two times of a message: their formats, the calendar, and their order (IP208-IP220)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from ...schemas.rules import ABSENT, Part
from ...schemas.vocabulary import (
    CLOCK_TOLERANCE_HOURS,
    DELIVERED_FAMILY,
    EARLIEST_YEAR,
    FUTURE_TOLERANCE_HOURS,
    KNOWN_STATUSES,
    TIME_REQUIRED,
    normal_status,
)
from ..edits import write
from ..messages import STATUSES
from ..texts import eastern
from ..times import FIRST, LAST, SECOND, delivered_time, http_date, instants, sent_date, with_offset
from ..unusual import fractions, offsets
from .record import Defect, broken
from .sites import TIMED, message_sites

if TYPE_CHECKING:
    from collections.abc import Mapping

_SENT: Final = "sentDate"
_DELIVERED: Final = "deliveredTime"
_TOLERANCE: Final = timedelta(hours=CLOCK_TOLERANCE_HOURS)
_FUTURE: Final = timedelta(hours=FUTURE_TOLERANCE_HOURS)
_YEAR: Final = timedelta(days=365)

_UNREAL_DAYS: Final = ("31-02", "30-02", "31-04", "31-06", "31-09", "31-11", "00-01", "32-01", "01-00", "01-13")
"""Day and month that no year has."""

_UNREAL_CLOCKS: Final = ("24:00:00", "24:00:01", "25:10:00", "10:60:00", "10:15:60", "23:59:60", "10:15:61", "99:99:99")

_SENT_FORMATS: Final = (
    "{d}/{m}/{y} {c}", "{d}.{m}.{y} {c}", "{d}-{m}-{y}", "{d}-{m}-{y} {h}:{n}", "{d}-{m}-{y}  {c}", " {d}-{m}-{y} {c}",
    "{d}-{m}-{y} {c} ", "{d}-{m}-{y} {c}Z", "{d}-{m}-{y} {c} UTC", "{d}-{m}-{y} {c}+02:00", "{d}-{m}-{y} {c} +0000",
    "{d}-{m}-{y}T{c}", "{y}-{m}-{d} {c}", "{y}-{m}-{d}", "{y}{m}{d}{h}{n}{s}", "1-{m}-{y} {c}", "{d}-Jan-{y} {c}",
    "{d}-{m}-23 {c}", "{d}-{m}-{y} {c} AM", "{d}-{m}-{y} 9:15:00", "Thu, {d} Jan {y} {c} GMT", "1685614500", "",
    eastern("01-06-2023 10:15:00"), "yesterday", "0000-00-00 00:00:00", "{d}-{m}-{y},{c}",
    "{d}-{m}-{y} {c}.", "{d}-{m}-{y} {c}\n",
)  # fmt: skip
_DELIVERED_FORMATS: Final = (
    "{y}-{m}-{d}T{c}", "{y}-{m}-{d} {c}", "{y}-{m}-{d} {c}Z", "{y}-{m}-{d}t{c}z", "{y}-{m}-{d}T{c}z", "{y}-{m}-{d}",
    "{y}-{m}-{d}T{h}:{n}Z", "{y}/{m}/{d}T{c}Z", "{y}{m}{d}T{h}{n}{s}Z", "{y}-{m}-{d}T{c}+2:00",
    "{y}-{m}-{d}T{c} Z", "{y}-{m}-{d}T{c}Z ", " {y}-{m}-{d}T{c}Z", "{y}-{m}-{d}T{c}UTC", "{d}/{m}/{y} {c}", "", "{y}",
    "{d}-{m}-{y}T{c}Z", "1685614500", "1685614500000", eastern("2023-06-01T10:15:00Z"),
    "{y}-W22-4T{c}Z", "not delivered",
    "{y}-{m}-{d}T{c}.Z", "{y}-{m}-{d}T{c} +02:00", "{y}-{m}-{d}T{c}ZZ", "{y}-{m}-{d}T{c}Z\n",
)  # fmt: skip
_IMPOSSIBLE_OFFSETS: Final = ("+25:00", "-24:00", "+02:60", "+0299", "-99:99", "+9900")


def _formatted(layout: str, instant: datetime) -> str:
    clock = {"c": f"{instant:%H:%M:%S}", "h": f"{instant:%H}", "n": f"{instant:%M}", "s": f"{instant:%S}"}
    return layout.format(**clock, d=f"{instant:%d}", m=f"{instant:%m}", y=instant.year)


@st.composite
def sent_date_format(draw: st.DrawFn) -> Defect:
    """IP208: another order, other marks, a zone, a number, words."""
    site = draw(message_sites())
    wrong = st.builds(_formatted, st.sampled_from(_SENT_FORMATS), instants())
    return broken("IP208", site.sample, site.pointer(_SENT), draw(wrong))


@st.composite
def sent_date_not_real(draw: st.DrawFn) -> Defect:
    """IP209: a day that the month does not have, or a clock that does not exist."""
    site = draw(message_sites())
    day, month, year, clock = draw(_unreal())
    return broken("IP209", site.sample, site.pointer(_SENT), f"{day}-{month}-{year} {clock}")


@st.composite
def delivered_time_format(draw: st.DrawFn) -> Defect:
    """IP210: without a zone, other marks, a number, words."""
    site = draw(message_sites(timed=True))
    wrong = st.builds(_formatted, st.sampled_from(_DELIVERED_FORMATS), instants())
    return broken("IP210", site.sample, site.pointer(_DELIVERED), draw(wrong))


@st.composite
def delivered_time_not_real(draw: st.DrawFn) -> Defect:
    """IP211: a day that the month does not have, a clock or an offset that does not exist."""
    site = draw(message_sites(timed=True))
    day, month, year, clock = draw(_unreal())
    far = st.builds(delivered_time, instants(), zone=st.sampled_from(_IMPOSSIBLE_OFFSETS))
    return broken("IP211", site.sample, site.pointer(_DELIVERED), draw(st.just(f"{year}-{month}-{day}T{clock}Z") | far))


@st.composite
def swapped_format(draw: st.DrawFn) -> Defect:
    """IP212: one time in the format of the other."""
    if draw(st.booleans()):
        site = draw(message_sites(timed=True))
        return broken("IP212", site.sample, site.pointer(_DELIVERED), draw(instants().map(sent_date)))
    site = draw(message_sites())
    plain, offset = instants().map(delivered_time), st.builds(with_offset, instants(), offsets())
    return broken("IP212", site.sample, site.pointer(_SENT), draw(plain | offset | _fractional()))


@st.composite
def offset_time(draw: st.DrawFn) -> Defect:
    """IP213: the same instant, or a later one, with an offset, written with a colon and without."""
    site = draw(message_sites(timed=True, min_time=FIRST + _FUTURE))
    later = instants(min_time=_instant(site.value(_DELIVERED)))
    wrong = st.builds(with_offset, later, offsets(), colon=st.booleans())
    return broken("IP213", site.sample, site.pointer(_DELIVERED), draw(wrong))


@st.composite
def fractional_second(draw: st.DrawFn) -> Defect:
    """IP214: a fraction in either time; where both are there, never such that the order changes."""
    fraction = draw(fractions())
    if draw(st.booleans()):
        site = draw(message_sites(timed=False))
        return broken("IP214", site.sample, site.pointer(_SENT), site.value(_SENT) + fraction)
    site = draw(message_sites(timed=True))
    text: str = site.value(_DELIVERED)
    return broken("IP214", site.sample, site.pointer(_DELIVERED), text.replace("Z", f"{fraction}Z"))


@st.composite
def delivered_without_time(draw: st.DrawFn) -> Defect:
    """IP215: a delivered message that loses its time, or one without a time that becomes delivered."""
    if draw(st.booleans()):
        site = draw(message_sites(channels=TIMED, statuses=[TIME_REQUIRED], timed=True))
        return broken("IP215", site.sample, site.pointer(_DELIVERED), ABSENT)
    site = draw(message_sites(channels=TIMED, timed=False))
    return broken("IP215", site.sample, site.pointer("status"), TIME_REQUIRED, pointer=site.pointer(_DELIVERED))


@st.composite
def time_without_delivery(draw: st.DrawFn) -> Defect:
    """IP216: a time beside a known status outside the delivered family; the time or the status is what is new."""
    undelivered = [status for status in STATUSES if normal_status(status) in KNOWN_STATUSES - DELIVERED_FAMILY]
    if draw(st.booleans()):
        site = draw(message_sites(statuses=undelivered, timed=False))
        time = delivered_time(draw(instants(min_time=_sent(site.value(_SENT)))))
        return broken("IP216", site.sample, site.pointer(_DELIVERED), time)
    site = draw(message_sites(timed=True))
    status = draw(st.sampled_from(undelivered))
    return broken("IP216", site.sample, site.pointer("status"), status, pointer=site.pointer(_DELIVERED))


@st.composite
def slightly_before_sent(draw: st.DrawFn) -> Defect:
    """IP217: delivered up to 14 hours before it was sent; 14 hours are the last that a clock explains."""
    site = draw(message_sites(timed=True, min_time=FIRST + _FUTURE))
    early = draw(st.integers(1, _TOLERANCE // SECOND)) * SECOND
    time = delivered_time(_sent(site.value(_SENT)) - early)
    return broken("IP217", site.sample, site.pointer(_DELIVERED), time)


@st.composite
def long_before_sent(draw: st.DrawFn) -> Defect:
    """IP218: delivered more than 14 hours before it was sent."""
    site = draw(message_sites(timed=True, min_time=FIRST + _YEAR))
    early = draw(st.integers(_TOLERANCE // SECOND + 1, _YEAR // SECOND)) * SECOND
    time = delivered_time(_sent(site.value(_SENT)) - early)
    return broken("IP218", site.sample, site.pointer(_DELIVERED), time)


@st.composite
def before_2008(draw: st.DrawFn) -> Defect:
    """IP219: sent in a year from 1 to 2007; a delivery, if there is one, stays after it."""
    site = draw(message_sites())
    old = instants(min_time=datetime(1900, 1, 1, tzinfo=UTC), max_time=FIRST - SECOND)
    lost = instants(min_time=datetime(1, 1, 1, tzinfo=UTC), max_time=datetime(100, 1, 1, tzinfo=UTC))
    epoch = st.just(datetime(1970, 1, 1, tzinfo=UTC))
    return broken("IP219", site.sample, site.pointer(_SENT), draw((epoch | old | lost).map(sent_date)))


@st.composite
def in_future(draw: st.DrawFn) -> Defect:
    """IP220: sent, or delivered, more than a day after the response's own Date, or in a year that nobody will see."""
    timed = draw(st.booleans())
    site = draw(message_sites(timed=timed))
    dated = draw(st.booleans())
    responded = draw(instants(min_time=LAST, max_time=LAST + _YEAR)) if dated else datetime(2900, 1, 1, tzinfo=UTC)
    sample = write(site.sample, Part.RESPONSE_HEADERS, "/date", http_date(responded) if dated else ABSENT)
    last = datetime(9999, 12, 31, tzinfo=UTC)
    late = draw(instants(min_time=responded + _FUTURE + SECOND, max_time=responded + _YEAR) | st.just(last))
    after = delivered_time(late) if timed else sent_date(late)
    return broken("IP220", sample, site.pointer(_DELIVERED if timed else _SENT), after)


@st.composite
def _unreal(draw: st.DrawFn) -> tuple[str, str, int, str]:
    """Day, month, year and clock of which one is not real."""
    year = draw(st.integers(EARLIEST_YEAR, LAST.year - 1))
    if draw(st.booleans()):
        common = [] if year % 4 == 0 else ["29-02"]
        day, month = draw(st.sampled_from([*_UNREAL_DAYS, *common])).split("-")
        return day, month, year, f"{draw(instants()):%H:%M:%S}"
    instant = draw(instants())
    return f"{instant:%d}", f"{instant:%m}", instant.year, draw(st.sampled_from(_UNREAL_CLOCKS))


def _fractional() -> st.SearchStrategy[str]:
    return st.builds(delivered_time, instants(), fraction=fractions())


def _sent(text: str) -> datetime:
    return datetime.strptime(text, "%d-%m-%Y %H:%M:%S").replace(tzinfo=UTC)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


TIMES: Final[Mapping[str, st.SearchStrategy[Defect]]] = {
    "IP208": sent_date_format(),
    "IP209": sent_date_not_real(),
    "IP210": delivered_time_format(),
    "IP211": delivered_time_not_real(),
    "IP212": swapped_format(),
    "IP213": offset_time(),
    "IP214": fractional_second(),
    "IP215": delivered_without_time(),
    "IP216": time_without_delivery(),
    "IP217": slightly_before_sent(),
    "IP218": long_before_sent(),
    "IP219": before_2008(),
    "IP220": in_future(),
}
"""The strategies of this file by the rule that they break."""
