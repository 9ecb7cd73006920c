"""Faults of format and calendar: times written another way, or that no calendar has."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from ..times import delivered_time, sent_date
from .hooks import Json, messages, texts
from .record import Chapter, Family

if TYPE_CHECKING:
    from collections.abc import Callable

    from .record import Plant

_fault: Final = Chapter(Family.CALENDAR)
_ARABIC: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def sent_at(message: Json) -> datetime:
    """The instant that `sentDate` names."""
    return datetime.strptime(message["sentDate"], "%d-%m-%Y %H:%M:%S").replace(tzinfo=UTC)


def delivered_at(text: str) -> datetime:
    """The instant that a `deliveredTime` names."""
    return datetime.fromisoformat(text)


def _sent(change: Callable[[str], str]) -> Plant:
    return texts("sentDate", change)


def _delivered(change: Callable[[str], str]) -> Plant:
    return texts("deliveredTime", change)


def _sent_later(span: timedelta) -> Plant:
    return messages(lambda one: {**one, "sentDate": sent_date(sent_at(one) + span)})


def _month_first(text: str) -> str:
    return f"{text[3:5]}-{text[:2]}{text[5:]}"


def _ordinal_month(text: str) -> str:
    return f"{text[:3]}{int(text[3:5]) - 1:02}{text[5:]}"


def _swapped(message: Json) -> Json:
    delivered = message.get("deliveredTime")
    sent = delivered_time(sent_at(message))
    return {**message, "sentDate": sent} | ({"deliveredTime": sent_date(delivered_at(delivered))} if delivered else {})


def _offset(text: str) -> str:
    return delivered_time(delivered_at(text) + timedelta(hours=5, minutes=30), zone="+05:30")


CALENDAR: Final = (
    _fault("sent-iso", "`sentDate` is written in ISO 8601", "S10",
           messages(lambda one: {**one, "sentDate": delivered_time(sent_at(one))}), "IP212"),
    _fault("sent-iso-date-first", "`sentDate` is written YYYY-MM-DD HH:mm:ss", "S10",
           messages(lambda one: {**one, "sentDate": f"{sent_at(one):%Y-%m-%d %H:%M:%S}"}), "IP208"),
    _fault("sent-month-first", "`sentDate` has the month before the day", "S10", _sent(_month_first), "IP209"),
    _fault("sent-month-from-zero", "months of `sentDate` count from 0", "S10", _sent(_ordinal_month), "IP209"),
    _fault("sent-two-digit-year", "`sentDate` has lost its century", "S10",
           _sent(lambda text: text[:6] + text[8:]), "IP208"),
    _fault("sent-slashes", "`sentDate` has slashes", "S10", _sent(lambda text: text.replace("-", "/")), "IP208"),
    _fault("sent-without-seconds", "`sentDate` has no seconds", "S10", _sent(lambda text: text[:-3]), "IP208"),
    _fault("sent-without-time", "`sentDate` is cut to the day where the time is 00:00:00", "S10",
           _sent(lambda text: text.removesuffix(" 00:00:00")), "IP208", rare=True),
    _fault("sent-fraction", "`sentDate` has milliseconds", "S10", _sent(lambda text: text + ".000"), "IP214"),
    _fault("sent-zone", "`sentDate` has a Z", "S10", _sent(lambda text: text + "Z"), "IP208"),
    _fault("sent-unpadded", "day and month of `sentDate` have no leading zeros", "S10",
           _sent(lambda text: re.sub(r"\b0(\d)(?=-)", r"\1", text)), "IP208"),
    _fault("sent-with-t", "`sentDate` has a T in the middle", "S10", _sent(lambda text: text.replace(" ", "T")),
           "IP208"),
    _fault("sent-two-spaces", "`sentDate` has two spaces in the middle", "S10",
           _sent(lambda text: text.replace(" ", "  ")), "IP208"),
    _fault("sent-month-name", "`sentDate` names the month", "S10",
           messages(lambda one: {**one, "sentDate": f"{sent_at(one):%d-%b-%Y %H:%M:%S}"}), "IP208"),
    _fault("sent-twelve-hours", "`sentDate` has AM and PM", "S10",
           messages(lambda one: {**one, "sentDate": f"{sent_at(one):%d-%m-%Y %I:%M:%S %p}"}), "IP208"),
    _fault("sent-foreign-digits", "`sentDate` is written in Arabic digits", "S10",
           _sent(lambda text: text.translate(_ARABIC)), "IP208"),
    _fault("sent-year-zero", "`sentDate` is all zeros for soft bounces", "S10",
           messages(lambda one: {**one, "sentDate": "00-00-0000 00:00:00"} if one["status"] == "SOFT_BOUNCED" else one),
           "IP209"),
    _fault("sent-empty", "`sentDate` is empty for messages that were not delivered", "S10",
           messages(lambda one: one if "deliveredTime" in one else {**one, "sentDate": ""}), "IP208"),
    _fault("sent-in-future", "`sentDate` lies a hundred years ahead for messages that were not delivered", "S10",
           messages(lambda one: one if "deliveredTime" in one else {**one, "sentDate": "01-02-2126 03:04:05"}),
           "IP220"),
    _fault("sent-hour-24", "midnight is written 24:00:00 in `sentDate`", "S10",
           _sent(lambda text: text.replace(" 00:", " 24:")), "IP209", rare=True),
    _fault("sent-second-60", "`sentDate` rounds 59 seconds up to 60", "S10",
           _sent(lambda text: text[:-2] + "60" if text.endswith("59") else text), "IP209", rare=True),
    _fault("sent-local-time", "`sentDate` is in local time, 5:30 h ahead", "S10 S11",
           _sent_later(timedelta(hours=5, minutes=30)), "IP217"),
    _fault("sent-leap-day-invented", "the last of February is 30-02 in leap years", "S10",
           _sent(lambda text: text.replace("29-02-", "30-02-")), "IP209", rare=True),
    _fault("sent-leap-day-moved", "the leap day is moved into the year after", "S10",
           _sent(lambda text: re.sub(r"29-02-(\d{4})", lambda found: f"29-02-{int(found[1]) + 1}", text)), "IP209",
           rare=True),
    _fault("sent-week-year", "the last days of December have the year of their ISO week", "S10 S11",
           messages(lambda one: {**one, "sentDate": f"{one['sentDate'][:6]}{sent_at(one).isocalendar().year:04}"
                                 f"{one['sentDate'][10:]}"}), "IP218", rare=True),
    _fault("delivered-with-space", "`deliveredTime` has a space for the T", "S11",
           _delivered(lambda text: text.replace("T", " ")), "IP210"),
    _fault("delivered-without-zone", "`deliveredTime` has no Z", "S11", _delivered(lambda text: text[:-1]), "IP210"),
    _fault("delivered-zero-offset", "`deliveredTime` ends in +00:00", "S11",
           _delivered(lambda text: text[:-1] + "+00:00"), "IP213"),
    _fault("delivered-offset", "`deliveredTime` is in local time with an offset", "S11", _delivered(_offset), "IP213"),
    _fault("delivered-fraction", "`deliveredTime` has milliseconds", "S11",
           _delivered(lambda text: text[:-1] + ".123Z"), "IP214"),
    _fault("delivered-as-sent", "`deliveredTime` is written the way of `sentDate`", "S11",
           _delivered(lambda text: sent_date(delivered_at(text))), "IP212"),
    _fault("formats-swapped", "each time has the format of the other", "S10 S11", messages(_swapped), "IP212"),
    _fault("delivered-date-only", "`deliveredTime` is a day", "S11", _delivered(lambda text: text[:10]), "IP210"),
    _fault("delivered-lower-case", "`deliveredTime` has a small t and z", "S11", _delivered(str.lower), "IP210"),
    _fault("delivered-basic-format", "`deliveredTime` has no dashes and colons", "S11",
           _delivered(lambda text: text.replace("-", "").replace(":", "")), "IP210"),
    _fault("delivered-without-seconds", "`deliveredTime` has no seconds where they are 0", "S11",
           _delivered(lambda text: text[:-4] + "Z" if text.endswith(":00Z") else text), "IP210", rare=True),
    _fault("delivered-month-13", "months of `deliveredTime` are counted up by one", "S11",
           _delivered(lambda text: f"{text[:5]}{int(text[5:7]) + 1:02}{text[7:]}"), "IP211", rare=True),
    _fault("delivered-hour-24", "midnight is written 24:00:00 in `deliveredTime`", "S11",
           _delivered(lambda text: text.replace("T00:", "T24:")), "IP211", rare=True),
    _fault("delivered-in-future", "`deliveredTime` lies a century ahead", "S11",
           _delivered(lambda text: "2128" + text[4:]), "IP220"),
    _fault("delivered-empty", "`deliveredTime` is empty where there is none", "S4 S11",
           messages(lambda one: {"deliveredTime": "", **one}), "IP210 IP216"),
    _fault("delivered-padded", "`deliveredTime` ends in a space", "S11", _delivered(lambda text: text + " "), "IP210"),
)  # fmt: skip
