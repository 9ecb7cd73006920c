"""Strategies: what they make is valid, survives JSON and URLs, keeps its bounds, and shrinks to something small."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from interpact.schemas.document import load
from interpact.schemas.vocabulary import (
    DELIVERED_FAMILY,
    EMAIL_CHANNELS,
    KNOWN_CHANNELS,
    KNOWN_STATUSES,
    KNOWN_TYPES,
    PHONE_CHANNELS,
    TIME_OPTIONAL_CHANNELS,
    TIME_REQUIRED,
    TYPE_CHANNELS,
    normal_status,
)
from interpact.strategies import (
    Query,
    Sample,
    entries,
    error_envelopes,
    exchanges,
    identifiers,
    messages,
    requests,
    responses,
)

from .wire import oracle

if TYPE_CHECKING:
    from collections.abc import Callable

VALIDATORS = {name: oracle(load(name)) for name in ("response", "error", "request")}
ENTRY = oracle({"$ref": "#/$defs/Entry", "$defs": load("response")["$defs"]})
MESSAGE = oracle({"$ref": "#/$defs/Message", "$defs": load("response")["$defs"]})

EARLY, LATE = datetime(2019, 12, 31, tzinfo=UTC), datetime(2020, 1, 2, tzinfo=UTC)

many = settings(max_examples=max(100, settings().max_examples))
"""As many examples as a careful user asks for; a health check that fails is a failure here."""

patient = settings(max_examples=2_000, database=None)
"""For `find`, which looks for rare things."""

reached = settings(patient, phases=[Phase.generate])
"""The same, without making small what was found."""


def sent(message: dict[str, Any]) -> datetime:
    return datetime.strptime(message["sentDate"], "%d-%m-%Y %H:%M:%S").replace(tzinfo=UTC)


def messages_of(body: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every message with the name of its entry."""
    return [(entry["name"], message) for entry in body["interaction"] for message in entry.get("messageList", ())]


@many
@given(responses() | responses(unusual=True))
def test_responses_are_valid(body: dict[str, Any]) -> None:
    VALIDATORS["response"].validate(body)


@many
@given(entries() | entries(unusual=True))
def test_entries_are_valid(entry: dict[str, Any]) -> None:
    ENTRY.validate(entry)


@many
@given(messages() | messages(unusual=True))
def test_messages_are_valid(message: dict[str, Any]) -> None:
    MESSAGE.validate(message)


@many
@given(error_envelopes() | error_envelopes(unusual=True))
def test_error_envelopes_are_valid(body: dict[str, Any]) -> None:
    VALIDATORS["error"].validate(body)


@many
@given(requests())
def test_requests_are_valid(query: Query) -> None:
    VALIDATORS["request"].validate(dict(query.pairs))
    assert len(dict(query.pairs)) == len(query.pairs)


@many
@given(exchanges() | exchanges(unusual=True))
def test_bodies_survive_json(sample: Sample) -> None:
    if not isinstance(sample.body, bytes):
        assert json.loads(sample.content()) == sample.body


@many
@given(requests())
def test_queries_survive_urls(query: Query) -> None:
    url = query.url("crm.example:8443")
    assert url.isascii()
    assert urlsplit(url).netloc == "crm.example:8443"
    assert tuple(parse_qsl(urlsplit(url).query, keep_blank_values=True, strict_parsing=True)) == query.pairs


@many
@given(responses())
def test_counts_ids_and_names_agree(body: dict[str, Any]) -> None:
    names = [entry["name"] for entry in body["interaction"]]
    assert len(set(names)) == len(names)
    assert KNOWN_CHANNELS.issuperset(names)
    for entry in body["interaction"]:
        listed = entry.get("messageList")
        if listed is not None:
            assert entry["count"] == len(listed) == len({message["id"] for message in listed})


@many
@given(responses())
def test_status_and_time_agree(body: dict[str, Any]) -> None:
    for channel, message in messages_of(body):
        status = normal_status(message["status"])
        assert status in KNOWN_STATUSES
        if "deliveredTime" in message:
            assert status in DELIVERED_FAMILY
            assert datetime.fromisoformat(message["deliveredTime"]) >= sent(message)
        else:
            assert status != TIME_REQUIRED or channel in TIME_OPTIONAL_CHANNELS


@many
@given(responses())
def test_receivers_fit_the_channel(body: dict[str, Any]) -> None:
    for channel, message in messages_of(body):
        if channel in EMAIL_CHANNELS:
            assert re.fullmatch(r"[!-?A-~]+@(?:[A-Za-z0-9-]+\.)+[a-z]{2,6}", message["receiver"])
            assert message["subject"].strip()
        if channel in PHONE_CHANNELS:
            assert re.fullmatch(r"[0-9]{7,15}", message["receiver"])


@many
@given(responses())
def test_texts_show_no_password_and_lost_nothing(body: dict[str, Any]) -> None:
    text = json.dumps(body, ensure_ascii=False)
    assert "\ufffd" not in text
    text.encode()
    for _, message in messages_of(body):
        assert not ("OTP" in message["subject"].upper() and re.search(r"\d{4}", message["subject"]))


@many
@given(st.sampled_from(KNOWN_TYPES).flatmap(lambda word: st.tuples(st.just(word), responses(type=word))))
def test_a_type_leaves_other_channels_empty(asked: tuple[str, dict[str, Any]]) -> None:
    word, body = asked
    counts = {entry["name"]: entry["count"] for entry in body["interaction"]}
    assert all(name in TYPE_CHANNELS.get(word, {word}) for name, count in counts.items() if count)


@many
@given(messages(min_time=EARLY, max_time=LATE))
def test_times_keep_their_bounds(message: dict[str, Any]) -> None:
    assert EARLY <= sent(message) <= LATE
    assert datetime.fromisoformat(message.get("deliveredTime", LATE.isoformat())) <= LATE


@given(entries(name="sms", min_size=2, max_size=2))
def test_sizes_keep_their_bounds(entry: dict[str, Any]) -> None:
    assert entry["count"] == len(entry["messageList"]) == 2


@given(exchanges(refused=True))
def test_refusals_are_refusals(sample: Sample) -> None:
    assert sample.status >= 400


@given(exchanges(refused=False))
def test_answers_are_answers(sample: Sample) -> None:
    assert sample.status == 200
    assert dict(sample.query.pairs).get("network") in {None, sample.body["name"]}


@pytest.mark.parametrize("name", ["email", "mobile", "external_id"])
def test_every_kind_of_identifier_is_asked_for(name: str) -> None:
    assert find(requests(), lambda query: query.get("identifierName") == name).get("type") is None


REACHED: dict[str, Callable[[dict[str, Any]], bool]] = {
    "an id past 2^53": lambda body: any(one["id"] > 2**53 for _, one in messages_of(body)),
    "a leap day": lambda body: any(one["sentDate"].startswith("29-02") for _, one in messages_of(body)),
    "a survey": lambda body: any(entry["name"] == "survey" for entry in body["interaction"]),
    "a missed call": lambda body: any(entry["name"] == "missed_call" for entry in body["interaction"]),
    "a subject that is not ASCII": lambda body: any(not one["subject"].isascii() for _, one in messages_of(body)),
    "no warnings, spelled null": lambda body: body.get("warnings", ()) is None,
    "a status with a dash": lambda body: any("-" in one["status"] for _, one in messages_of(body)),
    "one message under sms and phone": lambda body: any(
        ("phone", message) in messages_of(body) for name, message in messages_of(body) if name == "sms"
    ),
}

UNUSUAL: dict[str, Callable[[dict[str, Any]], bool]] = {
    "a new channel": lambda body: any(entry["name"] not in KNOWN_CHANNELS for entry in body["interaction"]),
    "a new status": lambda body: any("NEW_" in one["status"] for _, one in messages_of(body)),
    "an undeclared property": lambda body: set(body) > set(load("response")["properties"]),
    "an offset": lambda body: any(not one.get("deliveredTime", "Z").endswith("Z") for _, one in messages_of(body)),
    "a fraction": lambda body: any("." in one.get("deliveredTime", "") for _, one in messages_of(body)),
    "a merged customer": lambda body: any(one["code"] == 8069 for one in body.get("warnings") or ()),
}


@pytest.mark.parametrize("what", REACHED)
def test_the_corners_are_reached(what: str) -> None:
    find(responses(), REACHED[what], settings=reached)


@pytest.mark.parametrize("what", UNUSUAL)
def test_the_unusual_is_reached_when_asked_for(what: str) -> None:
    find(responses(unusual=True), UNUSUAL[what], settings=reached)


def test_responses_shrink() -> None:
    found = find(responses(), lambda body: bool(messages_of(body)), settings=patient)
    ((name, message),) = messages_of(found)
    assert len(found["interaction"]) == 1
    assert name in EMAIL_CHANNELS | PHONE_CHANNELS
    assert len(json.dumps(message)) < 180
    assert message["sentDate"] == "01-01-2008 00:00:00"


def test_exchanges_shrink() -> None:
    found = find(exchanges(), lambda sample: sample.status == 404, settings=patient)
    assert found.body in ({"errors": []}, {"errors": None})
    assert found.headers == ()


def test_requests_shrink() -> None:
    assert find(requests(), lambda query: query.get("network") == "twitter").get("type") in {None, "emailbulk"}
    assert find(identifiers("external_id"), lambda value: "%" in value) in {"%", "0%", "%0"}


IMPOSSIBLE: tuple[Callable[[str], object], ...] = (
    identifiers,
    lambda _: requests(names=[]),
    lambda _: requests(types=["tweet"], networks=["facebook"]),
    lambda _: find(messages(channel="sms", statuses=["FAILED"], timed=True), bool),
)


@pytest.mark.parametrize("strategy", IMPOSSIBLE)
def test_what_cannot_be_made_is_refused(strategy: Callable[[str], object]) -> None:
    with pytest.raises(InvalidArgument):
        strategy("fax")


def test_dates_in_headers_are_not_before_the_messages() -> None:
    sample = find(exchanges(max_time=LATE), lambda one: len(one.headers) > 1, settings=reached)
    stamp = datetime.strptime(dict(sample.headers)["date"], "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    assert timedelta() <= stamp - LATE
