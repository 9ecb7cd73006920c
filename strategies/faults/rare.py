"""Faults that show only on rare data: large ids, long lists, letters beyond ASCII, customers without messages."""

from __future__ import annotations

import html
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from ...schemas.model import FAILURE, NOT_FOUND, Answer, refusal
from .hooks import (
    Json,
    answering,
    bodies,
    changing,
    channelled,
    contents,
    groups,
    lists,
    messages,
    numbers,
    texts,
    without,
)
from .record import Chapter, Family

if TYPE_CHECKING:
    from ...schemas.model import Request

_rare: Final = partial(Chapter(Family.RARE), rare=True)
_PAGE: Final = 20


def _size(body: Json) -> int:
    return sum(len(group["messageList"]) for group in body["interaction"])


def _refused_empty(_: Request, told: Answer) -> Answer:
    empty = told.status == 200 and not told.body["interaction"]  # noqa: PLR2004 - success
    return replace(refusal(404, NOT_FOUND), silent=told.silent) if empty else told


def _crash_on_long(_: Request, told: Answer) -> Answer:
    long = told.status == 200 and _size(told.body) > 2 * _PAGE  # noqa: PLR2004 - success
    return replace(refusal(500, FAILURE), silent=told.silent) if long else told


def _crash_on_name(_: Request, told: Answer) -> Answer:
    odd = told.status == 200 and not told.body["name"].isascii()  # noqa: PLR2004 - success
    return replace(refusal(500, FAILURE), silent=told.silent) if odd else told


def _large_as_text(number: int) -> int | str:
    return str(number) if number > 2**53 else number


def _large_as_float(number: int) -> float:
    return float(number) if number > 2**53 else number


def _leap(text: str) -> str:
    return text.replace("29-02-", "31-02-")


def _replaced(text: str) -> str:
    return "".join(one if one.isascii() else "\ufffd" for one in text)


def _over_page(name: str, listed: list[Json]) -> list[Json]:
    return [*listed[:_PAGE], *listed[:1], *listed[_PAGE:]] if len(listed) > _PAGE and name else listed


def _without_dates(message: Json) -> Json:
    return without(message, "sentDate") if message["sentDate"].endswith("00:00:00") else message


def _one_group_of_one(body: Json) -> Json:
    """The only group of a customer is not put into a list."""
    listed = body["interaction"]
    return {**body, "interaction": listed[0]} if len(listed) == 1 else body


RARE: Final = (
    _rare("ids-rounded", "ids pass through a float: those past 2^53 are rounded", "S5",
          numbers("id", lambda number: int(float(number))
          if number < 2**62 else number), "IP203"),
    _rare("large-ids-as-text", "ids past 2^53 are strings", "S5", numbers("id", _large_as_text), "IP103"),
    _rare("large-ids-as-float", "ids past 2^53 are written with an exponent", "S5",
          numbers("id", _large_as_float), "IP105"),
    _rare("large-ids-wrapped", "ids past 2^62 are negative", "S5",
          numbers("id", lambda number: number - 2**63 if number >= 2**62 else number)),
    _rare("small-ids-shortened", "ids below 2^32 lose their highest bit", "S5",
          numbers("id", lambda number: number & 0x7FFF_FFFF if number < 2**32 else number)),
    _rare("page-cut-count-kept", "lists end after 20 messages, the count does not", "S3",
          lists(lambda _, listed: listed[:_PAGE], counted=False), "IP202"),
    _rare("page-seam", "the first message is told again after the twentieth", "S5", lists(_over_page), "IP203"),
    _rare("long-answer-crash", "answers of more than 40 messages make the server fail", "R9",
          answering(_crash_on_long), "IP412"),
    _rare("long-lists-counted-as-text", "counts above 9 are strings", "S3",
          groups(lambda group: {**group, "count": str(group["count"]) if group["count"] > 9 else group["count"]}),  # noqa: PLR2004
          "IP103"),
    _rare("empty-customer-not-found", "a customer without messages is not found", "F4 R8", answering(_refused_empty)),
    _rare("empty-customer-null", "a customer without messages has null for a body", "S1 F4",
          bodies(lambda body: body if body["interaction"] else None), "IP101"),
    _rare("empty-customer-object", "`interaction` without messages is {}", "S1 F4",
          bodies(lambda body: {**body, "interaction": body["interaction"] or {}}), "IP103"),
    _rare("empty-customer-without-name", "a customer without messages has no `name`", "S1",
          bodies(lambda body: body if body["interaction"] else without(body, "name")), "IP102"),
    _rare("only-group-unwrapped", "the only group is not in a list", "S1", bodies(_one_group_of_one), "IP103"),
    _rare("name-beyond-ascii-crash", "a name with letters beyond ASCII makes the server fail", "R9",
          answering(_crash_on_name), "IP412"),
    _rare("name-replaced", "letters beyond ASCII in a name become replacement characters", "S1",
          bodies(lambda body: {**body, "name": _replaced(body["name"])})),
    _rare("subject-replaced", "letters beyond ASCII in subjects become replacement characters", "R10",
          texts("subject", _replaced), "IP502"),
    _rare("name-empty-beyond-ascii", "a name with letters beyond ASCII becomes empty", "S1",
          bodies(lambda body: {**body, "name": body["name"] if body["name"].isascii() else ""})),
    _rare("subject-blank-beyond-ascii", "subjects beyond ASCII become blank", "S7",
          texts("subject", lambda text: text if text.isascii() else " ")),
    _rare("name-null-with-apostrophe", "a name with an apostrophe becomes null", "S1",
          bodies(lambda body: {**body, "name": None if "'" in body["name"] else body["name"]}), "IP104"),
    _rare("apostrophe-unescaped", "an apostrophe in a name is escaped with a backslash, which JSON has not", "R10",
          contents(lambda raw: raw.replace(b"'", b"\\'")), "IP401"),
    _rare("receiver-escaped", "signs in receivers are written as HTML", "S6",
          texts("receiver", lambda text: html.escape(text).replace("@", "&#64;") if "'" in text else text), "IP222"),
    _rare("leap-day-wrong", "29 February is written 31 February", "S10", texts("sentDate", _leap), "IP209"),
    _rare("leap-day-lost", "messages of 29 February have no `sentDate`", "S4",
          messages(lambda one: without(one, "sentDate") if one["sentDate"].startswith("29-02") else one), "IP102"),
    _rare("midnight-lost", "messages of midnight have no `sentDate`", "S4", messages(_without_dates), "IP102"),
    _rare("new-year-eve-wrong", "31 December is written as the 31st of month 13", "S10",
          texts("sentDate", lambda text: text.replace("31-12-", "31-13-")), "IP209"),
    _rare("first-day-wrong", "the first day of a year is day 0", "S10",
          texts("sentDate", lambda text: text.replace("01-01-", "00-01-")), "IP209"),
    _rare("none-campaign-left-out", "without a campaign there is no `campaignId`", "S4",
          messages(lambda one: without(one, "campaignId") if one["campaignId"] == -1 else one), "IP102"),
    _rare("none-user-null", "without a user `userId` is null", "S4 S8",
          numbers("userId", lambda number: None if number == -1 else number), "IP104"),
    _rare("large-campaign-as-text", "campaigns above 50,000 are strings", "S8",
          numbers("campaignId", lambda number: str(number) if number > 50_000 else number), "IP103"),  # noqa: PLR2004
    _rare("checkin-status-of-its-own", "check-ins have a status in small letters", "S9",
          channelled(["checkin"], lambda one: {**one, "status": "foursquare"}),
          "IP207"),
    _rare("zalo-number-with-plus", "numbers on zalo have a plus", "S6",
          channelled(["zalo"], lambda one: {**one, "receiver": "+" + one["receiver"]}), "IP224"),
    _rare("whatsapp-status-read", "delivered messages on whatsapp have status READ", "S9",
          channelled(["whatsapp"], lambda one: {**one, "status": "READ"} if "deliveredTime" in one else one)),
    _rare("zalo-time-fraction", "`deliveredTime` on zalo has microseconds", "S11",
          channelled(["zalo"], lambda one: {**one, "deliveredTime": one["deliveredTime"][:-1] + ".000001Z"}
                     if "deliveredTime" in one else one), "IP214"),
    _rare("retweet-id-zero", "retweets have id 0", "S5", channelled(["retweet"], lambda one: {**one, "id": 0})),
    _rare("instant-delivery-lost", "`deliveredTime` is missing where it equals `sentDate`", "S4",
          messages(lambda one: without(one, "deliveredTime") if _instantly(one) else one), "IP215"),
    _rare("late-delivery-shortened", "`deliveredTime` of the day after has the date of the day before", "S11",
          messages(lambda one: _same_day(one) if "deliveredTime" in one else one), "IP217 IP218"),
    _rare("many-channels-merged", "from ten groups on, the last is called like the one before", "S2",
          bodies(lambda body: _merged(body) if len(body["interaction"]) > 9 else body), "IP204"),  # noqa: PLR2004
    _rare("long-identifier-nameless", "a customer with a long identifier has an empty `name`", "S1",
          changing(lambda customer: replace(customer, name="") if any(
              len(value) > 100 for _, value in customer.identifiers) else customer)),  # noqa: PLR2004
)  # fmt: skip


def _instantly(message: Json) -> bool:
    return _day(message) + message["sentDate"][10:].replace(" ", "T") + "Z" == message.get("deliveredTime")


def _day(message: Json) -> str:
    day, month, year = message["sentDate"][:10].split("-")
    return f"{year}-{month}-{day}"


def _same_day(message: Json) -> Json:
    return {**message, "deliveredTime": _day(message) + message["deliveredTime"][10:]}


def _merged(body: Json) -> Json:
    *first, last = body["interaction"]
    return {**body, "interaction": [*first, {**last, "name": first[-1]["name"]}]}
