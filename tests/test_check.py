"""`check`: verdicts, the fast way and the slow way alike, and what never happens."""

from __future__ import annotations

import json
import pickle
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interpact.contract.checker import check
from interpact.contract.exchange import Exchange, Place, Reason, Request, Response
from interpact.contract.findings import State
from interpact.contract.settings import Settings
from interpact.schemas.document import load
from interpact.schemas.examples import edit, model_exchange
from interpact.schemas.rules import ABSENT, Severity
from interpact.schemas.values import is_array, is_object
from interpact.strategies import defects, exchanges, responses

from .wire import URL, body_only, exchange_of, oracle

ORACLE = oracle(load("response"))
CALM = Settings(key=b"tests", now=datetime(2026, 6, 1, tzinfo=UTC))

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
pointers = st.sampled_from([
    "", "/name", "/interaction", "/interaction/0", "/interaction/0/count", "/interaction/0/name",
    "/interaction/0/messageList", "/interaction/0/messageList/0", "/interaction/0/messageList/0/id",
    "/interaction/0/messageList/0/receiver", "/interaction/0/messageList/0/subject",
    "/interaction/0/messageList/0/campaignId", "/interaction/0/messageList/0/status",
    "/interaction/0/messageList/0/sentDate", "/interaction/0/messageList/0/deliveredTime",
    "/interaction/0/messageList/0/userId", "/interaction/0/surveys", "/interaction/0/usedStatus", "/warnings",
    "/warnings/0", "/errors", "/extra",
])  # fmt: skip


@st.composite
def mangled(draw: st.DrawFn) -> Any:
    """The model body with up to three places replaced by anything."""
    document = {"body": model_exchange()["response"]["body"]}
    for where in draw(st.lists(pointers, min_size=1, max_size=3, unique=True)):
        value = draw(st.just(ABSENT) | junk) if where else draw(junk)
        try:
            edit(document, f"/body{where}", value)
        except (LookupError, TypeError, ValueError, AttributeError):
            continue
    return document["body"]


@given(mangled())
@settings(max_examples=300)
def test_what_the_oracle_rejects_has_an_error(body: Any) -> None:
    """The differential property: the fast way never accepts what `jsonschema` rejects, and never crashes."""
    text = json.dumps(body) if body is not ABSENT else "{}"
    value = json.loads(text)
    outcome = check([body_only(text)], CALM)
    refusal = is_object(value) and "interaction" not in value and bool(value.get("errors"))
    if not refusal and not ORACLE.is_valid(value):
        assert outcome.findings, text


@given(st.lists(st.one_of(exchanges(), defects().map(lambda one: one.sample)), max_size=6))
@settings(max_examples=40)
def test_a_batch_gives_what_its_exchanges_give_alone(samples: list[Any]) -> None:
    batch = [
        Exchange(
            Place("generated", entry=index),
            Request.of("GET", sample.query.url("crm.example"), sample.request_headers),
            Response.of(sample.content(), sample.status, sample.headers),
        )
        for index, sample in enumerate(samples, 1)
    ]
    together = check(batch, CALM)
    alone = [check([one], CALM) for one in batch]
    assert together.verdicts == tuple(one.verdicts[0] for one in alone)
    assert [str(one) for one in together.findings] == [str(one) for each in alone for one in each.findings]


@given(responses())
@settings(max_examples=30)
def test_the_spelling_of_the_text_does_not_matter(body: Any) -> None:
    """Compact, indented, and with every character escaped, colons included: the same verdict, without findings."""
    texts = [json.dumps(body), json.dumps(body, indent=3, ensure_ascii=False), escaped(body)]
    for outcome in (check([body_only(text)], CALM) for text in texts):
        assert outcome.findings == ()
        assert outcome.verdicts[0].state is State.PASS


def escaped(body: Any) -> str:
    """JSON in which every character of a string is written as `\\uXXXX`."""
    if isinstance(body, str):
        units = body.encode("utf-16-be")
        return '"' + "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2)) + '"'
    if is_object(body):
        return "{" + ",".join(f"{escaped(key)}:{escaped(value)}" for key, value in body.items()) + "}"
    if is_array(body):
        return "[" + ",".join(map(escaped, body)) + "]"
    return json.dumps(body)


@given(responses(), st.data())
@settings(max_examples=60)
def test_a_repeated_key_is_never_overlooked(body: Any, data: st.DataObject) -> None:
    """Wherever it stands, however it is spelled, and whatever colons the texts around it hold."""
    text = json.dumps(body)
    tokens = re.finditer(r'"(?:[^"\\]|\\.)*"|\{(?!\})', text)
    places = [token.start() for token in tokens if token[0] == "{"]
    at = data.draw(st.sampled_from(places))
    key = text[at + 1 : text.index(":", at)]
    spelled = data.draw(st.sampled_from([key, escaped(json.loads(key))]))
    repeated = f"{text[: at + 1]}{spelled}: {data.draw(st.sampled_from(['1', 'null', '[]']))}, {text[at + 1 :]}"
    assert "IP402" in {one.code for one in check([body_only(repeated), body_only(text)], CALM).findings}


@pytest.mark.parametrize(
    ("status", "headers", "body", "state", "codes"),
    [
        (200, {}, "", State.FAIL, ["IP408"]),
        (204, {}, "", State.UNCHECKED, ["IP411"]),
        (304, {}, "", State.UNCHECKED, []),
        (302, {"location": "/"}, "", State.UNCHECKED, ["IP411"]),
        (400, {}, "", State.UNCHECKED, []),
        (401, {"content-type": "application/xml"}, "<response/>", State.UNCHECKED, []),
        (401, {"content-type": "application/json"}, "<response/>", State.UNCHECKED, []),
        (404, {}, '{"errors": [{"code": 1012, "message": "x"}], "warnings": null}', State.PASS, []),
        (404, {}, '{"errors": [{"code": "1012", "message": "x"}]}', State.FAIL, ["IP103"]),
        (404, {}, '{"detail": "Not Found"}', State.PASS, ["IP413"]),
        (504, {"content-type": "text/html"}, "<html>", State.UNCHECKED, ["IP412"]),
        (200, {"content-type": "text/html"}, "<!doctype html><p>", State.FAIL, ["IP401"]),
        (200, {}, '{"errors": [{"status": false, "code": 1012, "message": "x"}]}', State.PASS, ["IP410"]),
        (200, {}, '{"name": "a", "interaction": [], "warnings": null, "errors": []}', State.PASS, []),
        (200, {}, '{"name": "a", "interaction": [], "errors": [{"code": 1, "message": ""}]}', State.PASS, ["IP410"]),
        (200, {"content-type": "application/vnd.crm+json"}, '{"name": "a", "interaction": []}', State.PASS, []),
    ],
)
def test_status_and_type_decide_what_is_judged(
    *, status: int, headers: dict[str, str], body: str, state: State, codes: list[str]
) -> None:
    outcome = check([Exchange(Place("x"), response=Response.of(body, status, headers))], CALM)
    assert [one.code for one in outcome.findings] == codes
    assert outcome.verdicts[0].state is state


@pytest.mark.parametrize(
    ("url", "method", "ours"),
    [
        (f"{URL}?identifierName=email&identifierValue=a%40b.example", "GET", True),
        ("/v2/customers/interaction?identifierName=email&identifierValue=a%40b.example", "get", True),
        ("https://crm.example/v2/customers/interaction/export", "GET", False),
        ("https://crm.example/v1.1/customer/interaction", "GET", False),
        ("https://crm.example/login?next=/v2/customers/interaction", "GET", False),
        (URL, "POST", False),
        (URL, "HEAD", False),
        ("http://[broken", "GET", False),
    ],
)
def test_only_the_contracted_operation_is_judged(*, url: str, method: str, ours: bool) -> None:
    good = Response.of('{"name": "capillary", "interaction": []}', 200)
    verdict = check([Exchange(Place("x"), Request.of(method, url), good)], CALM).verdicts[0]
    assert verdict.reason is (None if ours else Reason.OTHER_OPERATION)


def test_a_refused_request_is_not_held_against_the_client() -> None:
    document = model_exchange()
    document["request"]["query"] = {"identifierName": "nonsense"}
    assert {one.code for one in check([exchange_of(document)], CALM).findings} == {"IP150", "IP151"}
    document["response"] |= {"status": 400, "body": {"errors": [{"code": 1015, "message": "x"}]}}
    assert check([exchange_of(document)], CALM).findings == ()


@pytest.mark.parametrize("value", ["REDACTED", "%5BFiltered%5D", "***", "%3Cdigits, 13 characters, %23f2b40c7e%3E"])
@pytest.mark.parametrize("name", ["email", "mobile"])
def test_an_identifier_that_a_recorder_replaced_is_not_judged(name: str, value: str) -> None:
    good = Response.of('{"name": "capillary", "interaction": []}', 200)
    request = Request.of("GET", f"{URL}?identifierName={name}&identifierValue={value}")
    assert check([Exchange(Place("x"), request, good)], CALM).findings == ()


def test_the_date_of_the_response_decides_what_is_in_the_future() -> None:
    document = model_exchange()
    document["response"]["headers"]["date"] = "Wed, 31 May 2023 09:00:00 GMT"
    found = check([exchange_of(document)], CALM).findings
    assert [(one.code, one.pointer) for one in found] == [
        ("IP220", "/interaction/0/messageList/0/deliveredTime"),
        ("IP220", "/interaction/0/messageList/0/sentDate"),
        ("IP220", "/interaction/1/messageList/0/sentDate"),
    ]


def test_sound_parts_of_a_broken_body_are_judged_as_well() -> None:
    document = model_exchange()
    edit(document, "/response/body/interaction/0/messageList/0/id", "7")
    edit(document, "/response/body/interaction/0/messageList/0/sentDate", "31-02-2023 00:00:00")
    edit(document, "/response/body/interaction/1/count", None)
    found = [(one.code, one.pointer) for one in check([exchange_of(document)], CALM).findings]
    assert found == [
        ("IP103", "/interaction/0/messageList/0/id"),
        ("IP209", "/interaction/0/messageList/0/sentDate"),
        ("IP104", "/interaction/1/count"),
    ]


def test_fail_on_decides_the_verdict() -> None:
    document = model_exchange()
    edit(document, "/response/body/interaction/1/name", "pigeon")
    exchange = exchange_of(document)
    assert check([exchange], Settings()).verdicts[0].state is State.PASS
    assert check([exchange], Settings(fail_on=Severity.WARNING)).verdicts[0].state is State.FAIL


def test_outcomes_are_small_and_picklable() -> None:
    outcome = check([body_only({"name": 1, "interaction": []})], CALM)
    assert pickle.loads(pickle.dumps(outcome)) == outcome  # noqa: S301 - our own
    assert check([], CALM).verdicts == ()


@pytest.mark.parametrize("strict", [True, False])
def test_undeclared_properties_are_news_unless_strict(*, strict: bool) -> None:
    outcome = check([body_only({"name": "a", "interaction": [], "total": 3})], Settings(strict=strict))
    assert [(one.code, one.severity.value) for one in outcome.findings] == [("IP109", "error" if strict else "info")]


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@settings(max_examples=300)
def test_no_bytes_make_it_crash(raw: bytes) -> None:
    (verdict,) = check([Exchange(Place("x"), response=Response.of(raw, 200))], CALM).verdicts
    assert verdict.state in set(State)


@pytest.mark.parametrize(
    "text",
    [
        '{"name":"a","interaction":' + "[" * 100_000,
        "[" * 100_000 + "]" * 100_000,
        '{"name":"a","interaction":[' + '{"surveys":' * 5_000,
        '{"name":"a","interaction":[],"x":' + "9" * 100_000 + "}",
        '{"name":"a","interaction":[{"name":"sms","count":1e999999999,"messageList":[]}]}',
        '{"name":"a","interaction":[{"name":"survey","count":1,"surveys":[' + "[" * 300 + "]" * 300 + "]}]}",
    ],
    ids=["open", "deep", "objects", "digits", "exponent", "surveys"],
)
def test_hostile_texts_are_findings(text: str) -> None:
    assert check([body_only(text)], CALM).findings
