"""Faults of the filters `type` and `network`: ignored, half-applied, or changing more than the selection."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ...schemas.asked import Asked, read
from ...schemas.model import NOT_FOUND, body_of, refusal
from .hooks import Json, answering, asked_bodies, modelled
from .queries import NETWORK, TYPE, queried, valued
from .record import Chapter, Family

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...schemas.model import Answer, Options, Request
    from ...schemas.population import Customer, Message, Population
    from .queries import Pair
    from .record import Model, Plant

_fault: Final = Chapter(Family.FILTERS)


def _reading(change: Callable[[Customer, Asked, Options], Json | None]) -> Plant:
    """Plant another way to make the body of a customer's answer; `None`: the usual one."""

    def wrap(model: Model) -> Model:
        def told(population: Population, request: Request, options: Options) -> Answer:
            usual = model(population, request, options)
            asked = read(request.query)
            customer = population.find(asked.kind, asked.value) if isinstance(asked, Asked) else None
            if usual.status != 200 or customer is None or not isinstance(asked, Asked):  # noqa: PLR2004 - success
                return usual
            body = change(customer, asked, options)
            return usual if body is None else replace(usual, body=body)

        return told

    return modelled(wrap)


def _chosen(wanted: Callable[[Asked, Message], bool]) -> Plant:
    """Plant another selection of messages."""

    def change(customer: Customer, asked: Asked, options: Options) -> Json:
        messages = tuple(one for one in customer.messages if wanted(asked, one))
        whole = Asked(asked.kind, asked.value)
        return body_of(replace(customer, messages=messages), whole, masked=options.masked)

    return _reading(change)


def _fits(asked: Asked, message: Message) -> bool:
    return asked.type in {None, message.channel} and asked.network in {None, message.network}


def _either(asked: Asked, message: Message) -> bool:
    if asked.type is None or asked.network is None:
        return _fits(asked, message)
    return asked.type == message.channel or asked.network == message.network


def _counted_before(customer: Customer, asked: Asked, options: Options) -> Json:
    whole = body_of(customer, Asked(asked.kind, asked.value), masked=options.masked)
    counts = {group["name"]: group["count"] for group in whole["interaction"]}
    body = body_of(customer, asked, masked=options.masked)
    return {**body, "interaction": [{**group, "count": counts[group["name"]]} for group in body["interaction"]]}


def _filtered(asked: Asked) -> bool:
    return asked.type is not None or asked.network is not None


def _when(where: Callable[[Asked], bool], change: Callable[[list[Json]], list[Json]]) -> Plant:
    """Plant a change of the lists of those answers whose request `where` holds for."""

    def changed(asked: Asked, body: Json) -> Json:
        if not where(asked):
            return body
        told = [(group, change(group["messageList"])) for group in body["interaction"]]
        return {**body, "interaction": [{**group, "count": len(listed), "messageList": listed}
                                        for group, listed in told if listed]}  # fmt: skip

    return asked_bodies(changed)


def _kept_empty(asked: Asked, body: Json) -> Json:
    if asked.type is None or body["interaction"]:
        return body
    return {**body, "interaction": [{"name": asked.type, "count": 0, "messageList": []}]}


def _not_found(request: Request, told: Answer) -> Answer:
    asked = read(request.query)
    empty = told.status == 200 and not told.body["interaction"]  # noqa: PLR2004 - success
    hidden = empty and isinstance(asked, Asked) and _filtered(asked)
    return replace(refusal(404, NOT_FOUND), silent=told.silent) if hidden else told


def _unless(name: bytes, other: bytes) -> Plant:
    """Plant: the parameter `name` is passed over if `other` is given as well."""

    def changed(found: list[Pair]) -> list[Pair]:
        given = {key for key, _ in found}
        return [pair for pair in found if pair[0] != name or other not in given]

    return queried(changed)


def _gone(_: bytes) -> None:
    """The parameter is not looked at."""


FILTERS: Final = (
    _fault("type-ignored", "`type` changes nothing", "F1", valued(TYPE, _gone), "IP301"),
    _fault("network-ignored", "`network` changes nothing", "F2", valued(NETWORK, _gone)),
    _fault("type-ignored-beside-network", "`type` changes nothing if `network` is given", "F3",
           _unless(TYPE, NETWORK), "IP301"),
    _fault("network-ignored-beside-type", "`network` changes nothing if `type` is given", "F3",
           _unless(NETWORK, TYPE), rare=True),
    _fault("filters-joined-by-or", "`type` and `network` give what either would", "F3", _chosen(_either), "IP301"),
    _fault("type-by-prefix", "type=email gives emailbulk as well", "F1",
           _chosen(lambda asked, one: one.channel.startswith(asked.type or "")
                   and asked.network in {None, one.network}), "IP301"),
    _fault("type-by-substring", "type=tweet gives retweet as well", "F1",
           _chosen(lambda asked, one: (asked.type or "") in one.channel and asked.network in {None, one.network}),
           "IP301"),
    _fault("bulk-gives-email", "type=emailbulk gives single e-mails as well", "F1",
           _chosen(lambda asked, one: _fits(asked, one) or (asked.type, one.channel) == ("emailbulk", "email"))),
    _fault("type-gives-sms", "every `type` of the own network gives text messages as well", "F1",
           _chosen(lambda asked, one: _fits(asked, one) or (asked.type == "whatsapp" and one.channel == "sms")),
           "IP301"),
    _fault("like-and-comment-confused", "type=like gives comments, type=comment likes", "F1",
           valued(TYPE, lambda value: {b"like": b"comment", b"comment": b"like"}.get(value, value)), "IP301"),
    _fault("type-drops-first", "`type` loses the first message", "F1",
           _when(lambda asked: asked.type is not None, lambda listed: listed[1:])),
    _fault("type-drops-last", "`type` loses the last of several messages", "F1",
           _when(lambda asked: asked.type is not None, lambda listed: listed[: max(1, len(listed) - 1)])),
    _fault("type-keeps-delivered", "`type` gives delivered messages only", "F1",
           _when(lambda asked: asked.type is not None,
                 lambda listed: [one for one in listed if "deliveredTime" in one])),
    _fault("type-limited", "`type` gives ten messages at most", "F1",
           _when(lambda asked: asked.type is not None, lambda listed: listed[:10]), rare=True),
    _fault("type-reorders", "`type` reverses the order", "F1",
           _when(lambda asked: asked.type is not None, lambda listed: listed[::-1])),
    _fault("type-changes-subject", "`type` cuts the subjects", "F1",
           _when(lambda asked: asked.type is not None,
                 lambda listed: [{**one, "subject": one["subject"][:8].rstrip()} for one in listed])),
    _fault("type-changes-receiver", "`type` gives e-mail receivers in lower case", "F1",
           _when(lambda asked: asked.type is not None,
                 lambda listed: [{**one, "receiver": one["receiver"].lower()} for one in listed]), rare=True),
    _fault("type-without-result", "type=feedback never finds anything", "F1",
           _chosen(lambda asked, one: _fits(asked, one) and asked.type != "feedback")),
    _fault("type-empty-group", "`type` without a match gives an empty group", "F1 F4 S2", asked_bodies(_kept_empty)),
    _fault("filtered-not-found", "a filter without a match gives 404", "F4", answering(_not_found)),
    _fault("network-by-default", "without `network`, only capillary is told", "F2",
           _chosen(lambda asked, one: _fits(replace(asked, network=asked.network or "capillary"), one))),
    _fault("network-capillary-is-all", "network=capillary gives all networks", "F2",
           valued(NETWORK, lambda value: None if value == b"capillary" else value)),
    _fault("network-facebook-without-checkin", "network=facebook gives no check-ins", "F2",
           _chosen(lambda asked, one: _fits(asked, one) and (asked.network, one.channel) != ("facebook", "checkin"))),
    _fault("network-checkin-in-both", "check-ins are given for either of their networks", "F2",
           _chosen(lambda asked, one: _fits(asked, one) or (one.channel == "checkin" and asked.type is None
                                                            and asked.network in {"facebook", "foursquare"}))),
    _fault("checkin-network-ignored", "type=checkin gives both networks, whichever is asked for", "F3",
           _chosen(lambda asked, one: _fits(asked, one) or (asked.type == one.channel == "checkin")), rare=True),
    _fault("foursquare-empty", "network=foursquare never finds anything", "F2",
           _chosen(lambda asked, one: _fits(asked, one) and asked.network != "foursquare")),
    _fault("network-loses-sms", "network=capillary gives no text messages", "F2",
           _chosen(lambda asked, one: _fits(asked, one) and (asked.network, one.channel) != ("capillary", "sms"))),
    _fault("network-loses-zalo", "network=capillary gives no zalo messages", "F2",
           _chosen(lambda asked, one: _fits(asked, one) and (asked.network, one.channel) != ("capillary", "zalo")),
           rare=True),
    _fault("network-reorders", "`network` sorts by id", "F2",
           _when(lambda asked: asked.network is not None,
                 lambda listed: sorted(listed, key=lambda one: -one["id"]))),
    _fault("network-drops-last", "`network` loses the last of several messages", "F2",
           _when(lambda asked: asked.network is not None, lambda listed: listed[: max(1, len(listed) - 1)])),
    _fault("twitter-gives-facebook", "network=twitter gives likes as well", "F2",
           _chosen(lambda asked, one: _fits(asked, one) or (asked.network == "twitter" and one.channel == "like"
                                                            and asked.type is None))),
    _fault("both-drop-all", "`type` and `network` together give nothing", "F3",
           _chosen(lambda asked, one: _fits(asked, one) and (asked.type is None or asked.network is None))),
    _fault("unfiltered-without-whatsapp", "whatsapp messages are given for `type=whatsapp` only", "F1 F2",
           _chosen(lambda asked, one: _fits(asked, one) and (one.channel != "whatsapp" or asked.type is not None))),
    _fault("unfiltered-limited", "without a filter, groups have five messages at most", "F1 F2",
           _when(lambda asked: not _filtered(asked), lambda listed: listed[:5]), rare=True),
    _fault("count-before-filter", "`count` is that before `network` was applied", "F4 S3",
           _reading(_counted_before), "IP202", rare=True),
    _fault("retweets-lost", "retweets are not given at all, type=retweet says 400", "F1 R2",
           valued(TYPE, lambda value: b"retweets" if value == b"retweet" else value)),
    _fault("group-kept-under-filter", "feedback is given under every `network`", "F2",
           _chosen(lambda asked, one: _fits(asked, one) or (one.channel == "feedback" and asked.type is None))),
)  # fmt: skip
