"""Faults of shape and type: members missing, null, renamed, or of another JSON type."""

from __future__ import annotations

from typing import Final

from .hooks import Json, bodies, channelled, groups, messages, numbers, texts, without
from .record import Chapter, Family

_fault: Final = Chapter(Family.SHAPE)


def _snake(message: Json) -> Json:
    return {"campaign_id" if key == "campaignId" else "user_id" if key == "userId" else key: item
            for key, item in message.items()}  # fmt: skip


def _by_channel(body: Json) -> Json:
    return {**body, "interaction": {group["name"]: group for group in body["interaction"]}}


def _unwrapped(group: Json) -> Json:
    listed = group["messageList"]
    return {**group, "messageList": listed[0]} if len(listed) == 1 else group


def _doubled(body: Json) -> Json:
    halves = [
        {**group, "count": len(half), "messageList": half}
        for group in body["interaction"]
        for half in (group["messageList"][:1], group["messageList"][1:])
        if half
    ]
    return {**body, "interaction": halves}


def _with_empty(body: Json) -> Json:
    names = {group["name"] for group in body["interaction"]}
    missing = [name for name in ("email", "sms") if name not in names]
    empty: list[Json] = [{"name": name, "count": 0, "messageList": []} for name in missing]
    return {**body, "interaction": [*body["interaction"], *empty]}


def _null_times(message: Json) -> Json:
    return {**message, "deliveredTime": message.get("deliveredTime")}


SHAPE: Final = (
    _fault("count-as-string", "`count` is a string", "S3",
           groups(lambda group: {**group, "count": str(group["count"])}), "IP103"),
    _fault("count-as-float", "`count` is written 3.0", "S3",
           groups(lambda group: {**group, "count": float(group["count"])}), "IP105"),
    _fault("count-missing", "groups have no `count`", "S2", groups(lambda group: without(group, "count")), "IP102"),
    _fault("id-as-string", "`id` is a string", "S5", numbers("id", str), "IP103"),
    _fault("id-as-float", "`id` went through a float and is written with a fraction", "S5",
           numbers("id", float), "IP105"),
    _fault("id-truncated", "`id` is cut to 32 bits", "S5", numbers("id", lambda number: number & 0x7FFF_FFFF)),
    _fault("id-negative", "`id` has lost its sign", "S5", numbers("id", lambda number: -number)),
    _fault("id-too-large", "`id` is beyond 64 bits", "S5", numbers("id", lambda number: number + 2**63), "IP106"),
    _fault("campaign-as-string", "`campaignId` is a string", "S8", numbers("campaignId", str), "IP103"),
    _fault("campaign-null", "`campaignId` is null in place of -1", "S4 S8",
           numbers("campaignId", lambda number: None if number == -1 else number), "IP104", rare=True),
    _fault("user-missing", "messages have no `userId`", "S4", messages(lambda one: without(one, "userId")), "IP102"),
    _fault("user-boolean", "`userId` is true or false", "S8", numbers("userId", lambda number: number > 0), "IP103"),
    _fault("receiver-missing", "messages have no `receiver`", "S4",
           messages(lambda one: without(one, "receiver")), "IP102"),
    _fault("receiver-as-list", "`receiver` is a list of one", "S6", texts("receiver", lambda text: [text]), "IP103"),
    _fault("receiver-as-number", "`receiver` is a number where it has digits only", "S6",
           texts("receiver", lambda text: int(text) if text.isdigit() else text), "IP103"),
    _fault("subject-missing-in-sms", "text messages have no `subject`", "S4",
           channelled(["sms"], lambda one: without(one, "subject")), "IP102"),
    _fault("subject-null", "`subject` of feedback is null", "S4",
           channelled(["feedback"], lambda one: {**one, "subject": None}), "IP104", rare=True),
    _fault("status-missing", "failed messages have no `status`", "S4",
           messages(lambda one: one if one["status"] == "DELIVERED" else without(one, "status")), "IP102"),
    _fault("status-as-number", "`status` is a number", "S9", texts("status", len), "IP103"),
    _fault("sent-date-as-number", "`sentDate` is a number of milliseconds", "S10",
           texts("sentDate", lambda _: 1_685_581_782_856), "IP103"),
    _fault("sent-date-missing", "messages that were not delivered have no `sentDate`", "S4",
           messages(lambda one: one if "deliveredTime" in one else without(one, "sentDate")), "IP102"),
    _fault("delivered-time-null", "`deliveredTime` is null where there is none", "S4", messages(_null_times), "IP104"),
    _fault("delivered-time-as-number", "`deliveredTime` is a number of seconds", "S11",
           texts("deliveredTime", lambda _: 1_685_581_782), "IP103"),
    _fault("snake-case", "`campaignId` and `userId` are called campaign_id and user_id", "S4", messages(_snake),
           "IP102"),
    _fault("list-missing", "groups have no `messageList`", "S2",
           groups(lambda group: without(group, "messageList")), "IP108"),
    _fault("list-renamed", "`messageList` is called `messages`", "S2",
           groups(lambda group: {**without(group, "messageList"), "messages": group["messageList"]}), "IP108"),
    _fault("list-as-object", "`messageList` is an object by id", "S3",
           groups(lambda group: {**group, "messageList": {str(one["id"]): one for one in group["messageList"]}}),
           "IP103"),
    _fault("single-message-unwrapped", "one message stands without a list around it", "S3",
           groups(_unwrapped), "IP103"),
    _fault("interaction-as-object", "`interaction` is an object by channel", "S1", bodies(_by_channel), "IP103"),
    _fault("interaction-missing-when-empty", "`interaction` is left out where it is empty", "S1 F4",
           bodies(lambda body: body if body["interaction"] else without(body, "interaction")), "IP102"),
    _fault("interaction-null-when-empty", "`interaction` is null where it is empty", "S1 F4",
           bodies(lambda body: {**body, "interaction": body["interaction"] or None}), "IP104"),
    _fault("warnings-missing", "`warnings` is left out", "S1", bodies(lambda body: without(body, "warnings"))),
    _fault("warnings-null", "`warnings` is null", "S1", bodies(lambda body: {**body, "warnings": None})),
    _fault("warnings-as-text", "`warnings` is a string", "S1", bodies(lambda body: {**body, "warnings": ""}), "IP103"),
    _fault("name-missing", "`name` of the body is left out", "S1", bodies(lambda body: without(body, "name")), "IP102"),
    _fault("name-empty", "`name` of the body is empty", "S1", bodies(lambda body: {**body, "name": ""})),
    _fault("name-null", "`name` of the body is null where nothing is left", "S1",
           bodies(lambda body: body if body["interaction"] else {**body, "name": None}), "IP104"),
    _fault("name-split", "`name` of the body is an object of first and last name", "S1",
           bodies(lambda body: {**body, "name": {"first": body["name"]}}), "IP103"),
    _fault("body-in-array", "the body is an array of one", "S1", bodies(lambda body: [body]), "IP101"),
    _fault("body-enveloped", "the body stands under `data`", "S1", bodies(lambda body: {"data": body}), "IP102"),
    _fault("body-of-older-api", "the body has the shape of the v1.1 API", "S1",
           bodies(lambda body: {"response": {"status": {"code": 200}, "customer": body}}), "IP110"),
    _fault("body-as-string", "the body is JSON in a JSON string", "S1", bodies(str), "IP101"),
    _fault("group-name-missing", "groups have no `name`", "S2", groups(lambda group: without(group, "name")), "IP102"),
    _fault("group-name-upper-case", "groups are called EMAIL", "S2",
           groups(lambda group: {**group, "name": group["name"].upper()}), "IP205"),
    _fault("group-name-plural", "the group of e-mails is called `emails`", "S2",
           groups(lambda group: {**group, "name": "emails" if group["name"] == "email" else group["name"]}), "IP205"),
    _fault("group-name-of-network", "groups are called by their network", "S2 F1",
           groups(lambda group: {**group, "name": "line" if group["name"] == "zalo" else group["name"]}), rare=True),
    _fault("group-twice", "a channel with several messages has two groups", "S2", bodies(_doubled), "IP204"),
    _fault("empty-groups", "channels without messages have an empty group", "S2", bodies(_with_empty)),
    _fault("errors-beside-answer", "a successful answer also has errors", "S1",
           bodies(lambda body: {**body, "errors": [{"code": 1, "message": "partial result"}]}), "IP410"),
)  # fmt: skip
