"""Faults across fields: count and list, status and time, channel and receiver, ids that occur twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from ..times import delivered_time
from .calendar import sent_at
from .hooks import Json, asked_bodies, bodies, channelled, groups, lists, messages, numbers, opting, texts, without
from .record import Chapter, Family

_fault: Final = Chapter(Family.CROSS_FIELD)

_PHONES: Final = ("sms", "whatsapp", "zalo")
_MAILS: Final = ("email", "emailbulk")


def _moved(message: Json, span: timedelta) -> Json:
    moved = {"deliveredTime": delivered_time(sent_at(message) + span)}
    return {**message, **moved} if "deliveredTime" in message else message


def _timed(message: Json, status: str) -> Json:
    """A message of this status with the time at which it would have been delivered."""
    return message if message["status"] != status else {**message, "deliveredTime": delivered_time(sent_at(message))}


def _repeated(_: str, listed: list[Json]) -> list[Json]:
    return [*listed, listed[0]]


def _shared_ids(_: str, listed: list[Json]) -> list[Json]:
    return [{**one, "id": listed[0]["id"]} for one in listed]


def _numbered(body: Json) -> Json:
    """Ids that begin again with every answer."""
    start = 2**31 + 1
    told = [
        {**group, "messageList": [{**one, "id": start + place * 1000 + index}
                                  for index, one in enumerate(group["messageList"])]}
        for place, group in enumerate(body["interaction"])
    ]  # fmt: skip
    return {**body, "interaction": told}


def _also_as_sms(body: Json) -> Json:
    found = {group["name"]: group for group in body["interaction"]}
    copied = found.get("whatsapp")
    if copied is None or "sms" in found:
        return body
    return {**body, "interaction": [*found.values(), {**copied, "name": "sms"}]}


def _totals(body: Json) -> Json:
    total = sum(group["count"] for group in body["interaction"])
    return {**body, "interaction": [{**group, "count": total} for group in body["interaction"]]}


CROSS_FIELD: Final = (
    _fault("count-one-more", "`count` is one above the list", "S3",
           groups(lambda group: {**group, "count": group["count"] + 1}), "IP202"),
    _fault("count-one-less", "`count` is one below the list", "S3",
           groups(lambda group: {**group, "count": group["count"] - 1}), "IP201"),
    _fault("count-zero", "`count` is 0 for check-ins", "S3",
           groups(lambda group: {**group, "count": 0} if group["name"] == "checkin" else group), "IP201"),
    _fault("count-of-all", "`count` is that of all groups together", "S3", bodies(_totals), "IP202"),
    _fault("count-capped", "`count` stops at 20", "S3",
           groups(lambda group: {**group, "count": min(group["count"], 20)}), "IP201", rare=True),
    _fault("count-of-delivered", "`count` is the number of delivered messages", "S3",
           groups(lambda group: {**group, "count": sum("deliveredTime" in one for one in group["messageList"])}),
           "IP201"),
    _fault("delivered-without-time", "delivered messages have no `deliveredTime`", "S4",
           messages(lambda one: without(one, "deliveredTime")), "IP215"),
    _fault("bulk-delivered-without-time", "delivered messages of emailbulk have no `deliveredTime`", "S4",
           channelled(["emailbulk"], lambda one: without(one, "deliveredTime")), "IP215"),
    _fault("soft-bounce-with-time", "soft bounces have a `deliveredTime`", "S4",
           messages(lambda one: _timed(one, "SOFT_BOUNCED")), "IP216"),
    _fault("not-delivered-with-time", "messages that were not delivered have a `deliveredTime`", "S4",
           messages(lambda one: _timed(one, "NOT-DELIVERED")), "IP216"),
    _fault("delivered-days-before", "`deliveredTime` is two days before `sentDate`", "S11",
           messages(lambda one: _moved(one, timedelta(days=-2))), "IP218"),
    _fault("delivered-seconds-before", "`deliveredTime` is three seconds before `sentDate`", "S11",
           messages(lambda one: _moved(one, timedelta(seconds=-3))), "IP217"),
    _fault("delivered-in-other-zone", "`deliveredTime` is in a local time of 8 h behind, with a Z", "S11",
           messages(lambda one: _moved(one, timedelta(hours=-8))), "IP217"),
    _fault("status-lower-case", "`status` is in lower case", "S9", texts("status", str.lower), "IP207"),
    _fault("status-title-case", "`status` of soft bounces is written for people", "S9",
           texts("status", lambda text: "Soft bounced" if text == "SOFT_BOUNCED" else text), "IP207"),
    _fault("status-underscore", "`status` is spelled NOT_DELIVERED", "S9",
           texts("status", lambda text: text.replace("-", "_"))),
    _fault("status-sent", "`status` SENT stands for NOT-DELIVERED", "S9",
           texts("status", lambda text: "SENT" if text == "NOT-DELIVERED" else text)),
    _fault("status-failed", "`status` FAILED stands for soft bounces", "S9",
           texts("status", lambda text: "FAILED" if text == "SOFT_BOUNCED" else text)),
    _fault("status-unknown", "`status` is a word that nobody knows", "S9",
           texts("status", lambda text: "BOUNCED_SOFTLY" if text == "SOFT_BOUNCED" else text), "IP206"),
    _fault("status-padded", "`status` ends in a space", "S9", texts("status", lambda text: text + " "), "IP207"),
    _fault("campaign-zero", "`campaignId` is 0 where there is none", "S8",
           numbers("campaignId", lambda number: 0 if number == -1 else number), "IP221", rare=True),
    _fault("campaign-minus-two", "`campaignId` is -2 where there is none", "S8",
           numbers("campaignId", lambda number: -2 if number == -1 else number), "IP221", rare=True),
    _fault("user-zero", "`userId` is 0 where there is none", "S8",
           numbers("userId", lambda number: 0 if number == -1 else number), "IP221", rare=True),
    _fault("user-negative", "`userId` is negative", "S8", numbers("userId", lambda number: -abs(number) - 1), "IP221"),
    _fault("mail-to-phone", "the receiver of e-mails is a number", "S6",
           channelled(_MAILS, lambda one: {**one, "receiver": "4915112345678"}), "IP222"),
    _fault("mail-to-name", "the receiver of e-mails has the customer's name around the address", "S6",
           channelled(_MAILS, lambda one: {**one, "receiver": f"Ada <{one['receiver']}>"}), "IP222"),
    _fault("mail-domain-lost", "the receiver of bulk e-mails has lost its domain", "S6",
           channelled(["emailbulk"], lambda one: {**one, "receiver": one["receiver"].partition("@")[0]}), "IP222"),
    _fault("sms-to-mail", "the receiver of text messages is an address", "S6",
           channelled(["sms"], lambda one: {**one, "receiver": "ada@example.com"}), "IP223"),
    _fault("phone-with-plus", "receivers' numbers have a plus", "S6",
           channelled(_PHONES, lambda one: {**one, "receiver": "+" + one["receiver"]}), "IP224"),
    _fault("phone-with-spaces", "receivers' numbers have spaces", "S6",
           channelled(_PHONES, lambda one: {**one, "receiver": f"{one['receiver'][:4]} {one['receiver'][4:]}"}),
           "IP223"),
    _fault("phone-too-short", "receivers' numbers on zalo have seven digits", "S6",
           channelled(["zalo"], lambda one: {**one, "receiver": one["receiver"][-7:]}), rare=True),
    _fault("phone-too-long", "receivers' numbers on whatsapp have sixteen digits", "S6",
           channelled(["whatsapp"], lambda one: {**one, "receiver": one["receiver"].ljust(16, "0")}), "IP223"),
    _fault("receiver-obfuscated", "receivers of e-mails are the placeholder of an obfuscator", "S6",
           channelled(_MAILS, lambda one: {**one, "receiver": "[email\u00a0protected]"}), "IP225"),
    _fault("receiver-empty", "the receiver of social messages is empty", "S6",
           channelled(["like", "comment", "tweet", "mention", "retweet", "checkin"],
                      lambda one: {**one, "receiver": ""})),
    _fault("receiver-masked", "the receiver of text messages is masked", "S6",
           channelled(["sms"], lambda one: {**one, "receiver": "********" + one["receiver"][-4:]}), "IP223 IP503"),
    _fault("subject-blank", "the subject of e-mails is a space", "S7",
           channelled(_MAILS, lambda one: {**one, "subject": " "}), "IP226"),
    _fault("subject-empty-in-sms", "the subject of text messages is empty", "S7",
           channelled(["sms"], lambda one: {**one, "subject": ""})),
    _fault("subject-empty-in-social", "the subject of likes and check-ins is empty", "S7",
           channelled(["like", "checkin"], lambda one: {**one, "subject": ""})),
    _fault("message-twice", "the first message of a group is told twice", "S5", lists(_repeated), "IP203"),
    _fault("ids-shared-in-group", "all messages of a group have one id", "S5", lists(_shared_ids), "IP203"),
    _fault("ids-shared-between-groups", "whatsapp messages are told again as text messages", "S5",
           bodies(_also_as_sms)),
    _fault("ids-shared-between-customers", "ids begin again with every customer", "S5", bodies(_numbered)),
    _fault("ids-by-filter", "ids depend on what was asked for", "S5 F1",
           asked_bodies(lambda asked, body: body if asked.type is None else _numbered(body))),
    _fault("otp-shown", "one-time passwords are not masked", "S12",
           opting(lambda _, options: replace(options, masked=False)), "IP227", rare=True),
    _fault("otp-half-shown", "one-time passwords are masked but for four digits", "S12",
           texts("subject", lambda text: text.replace("****", "4930")), "IP227", rare=True),
)  # fmt: skip
