"""Coverage says what was exercised: all of it, and nothing else."""

from __future__ import annotations

import json
import operator
import pickle
import re
import subprocess
import sys
from collections import Counter
from itertools import product
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interpact.contract.checker import check
from interpact.contract.coverage import Coverage
from interpact.contract.exchange import Exchange, Place, Request, Response
from interpact.contract.findings import Outcome, State
from interpact.contract.report import Report, merged
from interpact.contract.settings import Settings
from interpact.schemas.coverage import HOLDERS, Dimension, points_of, universe
from interpact.schemas.document import load, operation, resolve
from interpact.schemas.examples import edit, model_exchange
from interpact.schemas.frames.seen import seen
from interpact.schemas.rules import Profile, Severity
from interpact.schemas.values import is_array
from interpact.schemas.vocabulary import CONTENT, DELIVERED_FAMILY, EMAIL_CHANNELS, MESSAGE_CHANNELS, normal_status
from interpact.strategies import Sample, defects, entries, exchanges, responses

from .wire import body_only, exchange_of, oracle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

IDS = {point.id for point in universe() if not point.shown_by}
CALM = Settings(key=b"tests")
VALID = {document: oracle(load(document)) for document in ("response", "error")}
SIGNS = {"=": operator.eq, ">": operator.gt, "<=": operator.le}
ENTRY = load("response")["$defs"]["Entry"]["properties"]
MESSAGE = load("response")["$defs"]["Message"]["properties"]

samples = st.one_of(exchanges(), exchanges(unusual=True), defects().map(lambda one: one.sample))
counts = st.dictionaries(st.sampled_from(sorted(IDS)), st.integers(1, 1000), max_size=8)
coverages = counts.map(Coverage)


def exchange(sample: Sample) -> Exchange:
    return Exchange(
        Place("generated"),
        Request.of("GET", sample.query.url("crm.example"), sample.request_headers),
        Response.of(sample.content(), sample.status, sample.headers),
    )


def together(*found: Coverage) -> Coverage:
    total = Coverage()
    for one in found:
        total.merge(one)
    return total


# --- what it must equal: each exchange by itself, walked in Python, told by the spelling of the points' ids ---


def expected(batch: Iterable[Sample]) -> Counter[str]:
    found: Counter[str] = Counter()
    for sample in batch:
        if check([exchange(sample)], CALM).verdicts[0].state is State.PASS:
            found.update(one for one in shown_by(sample) if one in IDS)
    return found


def shown_by(sample: Sample) -> Iterator[str]:
    named = f"status:{sample.status}"
    yield named if named in IDS or sample.status < 400 else "status:default"
    yield from shown_by_query({name: sample.query.get(name) for name in operation().parameters})
    body = json.loads(sample.content())
    document = "response" if "interaction" in body else "error"
    # An answer with errors beside it breaks `maxItems`, which is only worth a warning.
    judged = {key: body[key] for key in body if key != "errors"} if document == "response" else body
    if VALID[document].is_valid(judged):
        yield from shown_by_object(body, load(document), load(document), f"{document}:")


def shown_by_query(given_values: dict[str, str | None]) -> Iterator[str]:
    for name, value in given_values.items():
        yield f"request:{name} absent" if value is None else f"request:{name} = {value}"
    for name, other in product(given_values, repeat=2):
        yield f"request:{name} = {given_values[name]}, {other} = {given_values[other]}"


def shown_by_object(value: Any, schema: Any, root: Any, at: str, holder: Any = None) -> Iterator[str]:
    for name, declared in schema["properties"].items():
        shown = f"{at}/{name} {state(value[name]) if name in value else 'absent'}"
        yield shown
        if holder and "name" in holder:
            yield f"{shown} in {holder['name']}"
        if name not in value:
            continue
        member = value[name]
        yield from shown_by_scalar(f"{at}/{name}", member)
        inner = resolve(declared.get("items"), root)
        for item in member if is_array(member) and "properties" in inner else ():
            yield from shown_by_object(item, inner, root, f"{at}/{name}/*", value)
    for name in value:
        if state(value[name]) == "present":
            yield f"{at} {value.get('name')} with {name}"


def state(member: Any) -> str:
    if member is None:
        return "null"
    return "empty" if member in ("", []) else "present"


def shown_by_scalar(at: str, member: Any) -> Iterator[str]:
    if isinstance(member, bool):
        yield f"{at} = {json.dumps(member)}"
    elif isinstance(member, str):
        yield f"{at} = {member}"
        if at.endswith("messageList/*/status") and normal_status(member) != member:
            yield f"{at} = {normal_status(member)}"
    elif isinstance(member, (int, float)):
        for one in IDS:
            bound = re.fullmatch(rf"{re.escape(at)} (=|>|<=) (-?\d+)", one)
            if bound is not None and SIGNS[bound[1]](member, int(bound[2])):
                yield one


@given(st.lists(samples, max_size=6))
@settings(max_examples=100)
def test_coverage_is_what_a_slow_walk_finds(batch: list[Sample]) -> None:
    assert check(list(map(exchange, batch)), CALM).coverage.counts == expected(batch)


@given(st.lists(samples, max_size=5))
@settings(max_examples=30)
def test_only_what_passed_counts(batch: list[Sample]) -> None:
    """Neither what failed nor what could not be judged, and neither is in the way of the others."""
    every = list(map(exchange, batch))
    outcome = check(every, CALM)
    passed = [one for one, verdict in zip(every, outcome.verdicts, strict=True) if verdict.state is State.PASS]
    others = [one for one, verdict in zip(every, outcome.verdicts, strict=True) if verdict.state is not State.PASS]
    assert outcome.coverage == check(passed, CALM).coverage
    assert check(others, CALM).coverage == Coverage()


@given(st.lists(st.lists(samples, max_size=3), max_size=3))
@settings(max_examples=30)
def test_merging_gives_the_coverage_of_the_whole(batches: list[list[Sample]]) -> None:
    parts = [check(list(map(exchange, batch)), CALM) for batch in batches]
    whole = check([exchange(one) for batch in batches for one in batch], CALM).coverage
    assert together(*(part.coverage for part in parts)) == whole
    reports = [Report() for _ in parts]
    for report, part in zip(reports, parts, strict=True):
        report.add(part)
    assert merged(reports).coverage == whole


@given(coverages, coverages, coverages)
def test_merging_is_associative_and_commutative(one: Coverage, two: Coverage, three: Coverage) -> None:
    assert together(one, two) == together(two, one)
    assert together(together(one, two), three) == together(one, together(two, three))
    assert together(one, Coverage()) == one


@given(coverages, coverages)
def test_merging_leaves_the_other_alone_and_only_adds(one: Coverage, two: Coverage) -> None:
    before = dict(two.counts)
    whole = together(one, two)
    assert two.counts == before
    assert set(whole.seen) == {*one.seen, *two.seen}
    assert whole.ratio >= one.ratio


@given(coverages)
def test_seen_and_gaps_are_all_there_is(coverage: Coverage) -> None:
    both = sorted([*coverage.seen, *coverage.gaps()], key=universe().index)
    assert tuple(both) == universe()
    assert list(coverage.gaps()) == sorted(coverage.gaps(), key=universe().index)
    assert coverage.ratio == len(coverage.seen) / len(universe())
    assert 0 <= coverage.percent <= 100 * coverage.ratio <= 100


@given(coverages)
def test_coverage_can_be_sent_and_kept(coverage: Coverage) -> None:
    assert pickle.loads(pickle.dumps(coverage)) == coverage  # noqa: S301 - our own
    for format_ in (msgspec.json, msgspec.msgpack):
        assert format_.decode(format_.encode(coverage), type=Coverage) == coverage


@given(st.lists(entries(name="sms", unusual=True), max_size=1), responses())
@settings(max_examples=30)
def test_messages_of_one_channel_claim_nothing_about_another(listed: list[Any], other: Any) -> None:
    body = {"name": other["name"], "interaction": listed}
    assert not [point.id for point in check([body_only(body)], CALM).coverage.seen if "email" in point.id]


@given(responses())
@settings(max_examples=30)
def test_the_way_a_body_is_read_does_not_matter(body: Any) -> None:
    quick = check([body_only(body)], CALM).coverage
    slow = check([body_only(body | {"undeclared": "\ufffd"})], Settings(ignore=("IP5",))).coverage
    assert quick == slow


# --- every point can be seen ---


def message(channel: str, number: int = 2**40, **more: Any) -> dict[str, Any]:
    found = model_exchange()["response"]["body"]["interaction"][0]["messageList"][0] | {"id": number}
    if channel not in EMAIL_CHANNELS:
        found["receiver"] = "4915112345678"
    found |= more
    if normal_status(found["status"]) not in DELIVERED_FAMILY:
        del found["deliveredTime"]
    return found


def entry(name: str, *listed: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "count": len(listed), "messageList": list(listed)}


def every_entry() -> list[dict[str, Any]]:
    found = [entry(name, message(name)) for name in ENTRY["name"]["x-interpact-known"] if name not in CONTENT]
    found += [{"name": "survey", "count": 1, "surveys": [{}]}, {"name": "missed_call", "count": 1, "usedStatus": True}]
    return found


def every_state(channel: str) -> list[dict[str, Any]]:
    empty, sent = (
        message(channel, 2**41 + at, status=status) for at, status in enumerate(("DELIVERED", "NOT-DELIVERED"))
    )
    return [empty | {"subject": ""}, sent]


def every_message() -> list[dict[str, Any]]:
    statuses = MESSAGE["status"]["x-interpact-known"]
    odd = [
        message("sms", 1, subject="", campaignId=-1, userId=-1),
        message("sms", 2, campaignId=1, userId=1),
    ]
    return [message("sms", 2**40 + at, status=status) for at, status in enumerate(statuses)] + odd


REMARKS: list[Any] = [{"code": 7, "message": "x"}, {"status": True, "code": 7, "message": ""},
                      {"status": False, "code": 7, "message": "x"}]  # fmt: skip


def answers() -> Iterator[dict[str, Any]]:
    yield {"name": "capillary", "interaction": every_entry()}
    yield {"name": "capillary", "interaction": [entry("sms", *every_message())]}
    yield {"name": "capillary", "interaction": [entry(name, *every_state(name)) for name in sorted(MESSAGE_CHANNELS)]}
    empty: list[Any] = [entry("email"), {"name": "survey", "count": 0, "surveys": []}]
    yield {"name": "capillary", "interaction": [*empty, {"name": "missed_call", "count": 0, "usedStatus": False}]}
    for name in load("response")["properties"]["name"]["x-interpact-known"]:
        yield {"name": name, "interaction": [], "warnings": REMARKS, "errors": []}
    yield {"name": "capillary", "interaction": [], "warnings": [], "errors": None}
    yield {"name": "capillary", "interaction": [], "warnings": None}


def refusals() -> Iterator[Exchange]:
    states: list[Any] = [REMARKS, [], None, ...]
    for status, errors, warnings in product((400, 401, 403, 404), states, states):
        body = {name: value for name, value in (("errors", errors), ("warnings", warnings)) if value is not ...}
        if body:
            yield Exchange(Place("refusal"), response=Response.of(json.dumps(body), status))


def queries() -> Iterator[dict[str, str]]:
    parameters = operation().parameters
    tied = parameters["type"]["x-interpact-depends"]["network"]
    identifiers = {"email": "ada@example.com", "mobile": "4915112345678", "external_id": "17"}
    for name in parameters["identifierName"]["enum"]:
        who = {"identifierName": name, "identifierValue": identifiers[name]}
        for kind, network in product((None, *parameters["type"]["enum"]), (None, *parameters["network"]["enum"])):
            if network is None or network in tied.get(kind, [network]):
                yield who | {key: value for key, value in (("type", kind), ("network", network)) if value is not None}


def asked(query: dict[str, str]) -> Exchange:
    document = model_exchange()
    document["request"]["query"] = query
    document["response"]["body"]["interaction"] = []
    return exchange_of(document)


def valid_exchanges() -> list[Exchange]:
    return [*map(body_only, answers()), *refusals(), *map(asked, queries())]


def test_every_point_can_be_seen() -> None:
    outcome = check(valid_exchanges(), CALM)
    assert [one for one in outcome.findings if one.severity.value == "error"] == []
    assert {one.state for one in outcome.verdicts} == {State.PASS}
    assert outcome.coverage.gaps() == ()
    assert outcome.coverage.percent == 100
    assert outcome.coverage.counts.keys() == IDS


STRICT = Settings(profile=Profile.STRICT, key=b"tests")
TYPED = {"content-type": "application/json; charset=utf-8"}


def strict_exchanges() -> Iterator[Exchange]:
    """Every object of the exchanges above by itself, in an exchange that keeps the profile as far as it can."""
    for body in answers():
        yield typed({"name": body["name"], "interaction": [], **{key: body[key] for key in body if key == "errors"}})
        yield typed({"name": body["name"], "interaction": [], "warnings": body.get("warnings")})
        for one in body["interaction"]:
            for listed in one.get("messageList") or [...]:
                alone = one if listed is ... else one | {"count": 1, "messageList": [listed]}
                yield typed({"name": "x", "interaction": [alone]})
    whole = entry("email", message("email", 2**41))
    others: list[dict[str, Any]] = [{"surveys": [{}]}, {"surveys": []}, {"usedStatus": True}, {"usedStatus": False}]
    for more in others:
        yield typed({"name": "x", "interaction": [whole | more]})
    for ids in (-1, 1):
        yield typed({"name": "x", "interaction": [entry("sms", message("sms", 2**41, campaignId=ids, userId=ids))]})
    for status, error, remarks in product((400, 401, 404, 405), REMARKS, (REMARKS, [])):
        body = {"errors": [error | {"message": "x"}], "warnings": remarks}
        yield Exchange(Place("refusal"), None, Response.of(json.dumps(body), status, TYPED))
    yield from valid_exchanges()


def typed(body: dict[str, Any]) -> Exchange:
    text = json.dumps(body if body.get("warnings") is not None else body | {"warnings": list[Any]()})
    return Exchange(Place("x"), None, Response.of(text, 200, TYPED))


def test_the_strict_profile_can_be_covered_and_what_it_forbids_is_left_out() -> None:
    every = list(strict_exchanges())
    outcome = check(every, STRICT)
    assert outcome.coverage.gaps() == ()
    assert outcome.coverage.percent == 100
    assert outcome.coverage.counts.keys() == {one.id for one in universe(Profile.STRICT) if not one.shown_by} < IDS


def test_every_point_that_a_clean_answer_shows_needs_that_answer() -> None:
    """No body alone shows everything: what is seen follows from what is there."""
    for body in answers():
        outcome = check([body_only(body)], CALM)
        assert {one.code for one in outcome.findings} <= {"IP226"}
        assert 0 < outcome.coverage.percent < 50


# --- the universe ---


def test_the_points_are_in_order_and_each_has_its_own_words() -> None:
    assert len({point.id for point in universe()}) == len(universe())
    assert len({point.gap for point in universe()}) == len(universe())
    assert {point.dimension for point in universe()} == set(Dimension)
    assert {point.holder for point in universe() if not point.shown_by} == {*HOLDERS, "requests", "exchanges"}


@pytest.mark.parametrize(
    ("identity", "gap"),
    [
        ("response:/interaction/*/messageList/*/deliveredTime absent", "no message was without `deliveredTime`"),
        ("response:/interaction/*/messageList/*/status = CLICKED", "no message had the status CLICKED"),
        ("response:/interaction/* survey with surveys", "no survey entry had anything in `surveys`"),
        ("response:/interaction/*/count = 0", "no entry had `count` 0"),
        ("response:/interaction/*/messageList/*/id > 2147483648", "no message had `id` above 2147483648"),
        ("response:/warnings null", "no response had `warnings: null`"),
        ("error:/errors/*/message empty", "no error of a refusal had an empty `message`"),
        ("request:type = zalo", "`type=zalo` was never asked for"),
        ("request:type absent", "no request left `type` out"),
        ("request:type = like, network = facebook", "`type=like` with `network=facebook` was never asked for"),
        ("status:404", "no response had the status 404"),
        ("status:default", "no refusal had another status than 400, 401, 404"),
    ],
)
def test_a_gap_is_told_in_words(identity: str, gap: str) -> None:
    assert {point.id: point.gap for point in Coverage().gaps()}[identity] == gap


def test_statuses_that_are_alike_are_one_point() -> None:
    known = {normal_status(one) for one in MESSAGE["status"]["x-interpact-known"]}
    prefix = "response:/interaction/*/messageList/*/status = "
    assert {one.removeprefix(prefix) for one in IDS if one.startswith(prefix)} == known


def test_tables_are_asked_for_all_of_their_points() -> None:
    import polars as pl  # noqa: PLC0415 - for this test only

    frame = pl.DataFrame({
        "network": ["facebook"], "type": ["like"], "identifierName": ["email"],
    })  # fmt: skip
    found = {point for point, times in seen("requests", frame) if times}
    assert found < {point.id for point in points_of("requests")}
    assert "request:type = like, network = facebook" in found


# --- cases ---


def test_nothing_was_seen_of_nothing() -> None:
    assert check([], CALM).coverage == Coverage() == Outcome((), ()).coverage == Report().coverage
    assert Coverage().percent == 0
    assert Coverage().gaps() == universe()


def test_a_failing_exchange_counts_nothing() -> None:
    document = model_exchange()
    assert check([exchange_of(document)], CALM).coverage.counts["status:200"] == 1
    edit(document, "/response/body/interaction/0/messageList/0/id", "7")
    assert check([exchange_of(document)], CALM).coverage == Coverage()


def test_a_failing_refusal_counts_nothing() -> None:
    refused = Exchange(Place("x"), response=Response.of('{"errors": [{"code": 1012, "message": "x"}]}', 200))
    assert check([refused], CALM).coverage.counts["error:/errors/*/code present"] == 1
    outcome = check([refused], Settings(fail_on=Severity.WARNING))
    assert outcome.verdicts[0].state is State.FAIL
    assert outcome.coverage == Coverage()


def test_an_unchecked_exchange_counts_nothing() -> None:
    document = model_exchange()
    good = exchange_of(document)
    assert good.request is not None
    assert good.response is not None
    for request, response in (
        (good.request, None),
        (good.request, Response.of(None, 200)),
        (good.request, Response.of("", 400)),
        (good.request, Response.of("<html>", 401)),
        (Request.of("GET", "https://crm.example/other"), good.response),
    ):
        assert check([Exchange(Place("x"), request, response)], CALM).coverage == Coverage()


def test_a_body_that_only_passes_since_its_rule_is_ignored_was_not_exercised() -> None:
    document = model_exchange()
    edit(document, "/response/body/interaction/0/messageList/0/id", "7")
    outcome = check([exchange_of(document)], Settings(ignore=("IP1",)))
    assert outcome.verdicts[0].state is State.PASS
    assert {point.holder for point in outcome.coverage.seen if not point.shown_by} == {"requests", "exchanges"}


def test_what_is_no_envelope_of_a_refusal_shows_no_field_of_one() -> None:
    outcome = check([Exchange(Place("x"), response=Response.of('{"detail": "Not Found"}', 404))], CALM)
    assert outcome.verdicts[0].state is State.PASS
    assert outcome.coverage.counts == {"status:404": 1}


def test_a_status_that_is_not_known_is_no_status() -> None:
    assert not any(
        one.startswith("status:") for one in check([body_only({"name": "a", "interaction": []})]).coverage.counts
    )


def test_points_are_counted_as_often_as_they_are_there() -> None:
    document = model_exchange()
    found = check([exchange_of(document)] * 3, CALM).coverage.counts
    assert found["request:identifierName = email"] == 3
    assert found["response:/interaction/*/messageList/*/id present"] == 6
    assert found["response:/interaction/*/messageList/*/status = NOT_DELIVERED"] == 3


def test_points_of_another_release_are_kept_and_not_counted_in() -> None:
    coverage = Coverage({"request:type = pigeon": 3})
    assert coverage.percent == 0
    coverage.merge(Coverage({"request:type = pigeon": 1}))
    assert coverage.counts == {"request:type = pigeon": 4}


def test_a_report_needs_no_polars() -> None:
    code = "import sys, interpact.contract.report as r; r.Report().coverage.gaps(); print('polars' in sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
