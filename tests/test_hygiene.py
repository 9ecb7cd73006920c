"""Recordings that are kept hold nothing that should not be kept; the shapes that tell are those that are published."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interpact.contract.checker import LARGE, check
from interpact.contract.exchange import Exchange, Place, Request, Response
from interpact.contract.hygiene import CONTRACT, persons_in, secrets_in
from interpact.contract.packing import packed, unpacked
from interpact.contract.readers.record import exchange_of
from interpact.contract.report import SAMPLES, Report, merged
from interpact.contract.settings import Settings
from interpact.schemas.document import digest
from interpact.schemas.examples import edit, model_exchange
from interpact.schemas.rules import Part
from interpact.strategies import exchanges

from .test_cli import interpact
from .wire import lines_of

if TYPE_CHECKING:
    from pathlib import Path

    from interpact.strategies import Sample

KEPT = Settings(hygiene=True, key=b"tests")
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("AKIAIOSFODNN7EXAMPLE", "an AWS access key"),
        ("ghp_" + "a1" * 18, "a GitHub token"),
        ("github_pat_" + "a1" * 20, "a GitHub token"),
        ("glpat-" + "a1" * 10, "a GitLab token"),
        ("xoxb-123456789012-abcdef", "a Slack token"),
        ("AIza" + "a" * 35, "a Google API key"),
        ("sk_live_" + "a1" * 10, "a Stripe key"),
        ("pypi-AgE" + "a" * 50, "a PyPI token"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "a private key"),
        ("-----BEGIN PRIVATE KEY-----", "a private key"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlIGhlcmU", "a JSON Web Token"),
    ],
)
def test_a_secret_is_known_by_its_shape(text: str, kind: str) -> None:
    assert secrets_in(json.dumps({"subject": f"see {text}."}).encode()) == kind
    assert secrets_in(json.dumps({"subject": text[:7]}).encode()) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ada@lovelace.uk", "1 e-mail address"),
        ("ada@example.com", None),
        ("ada@crm.example", None),
        ("ada@sub.example.org", None),
        ("ada@notexample.com", "1 e-mail address"),
        ("ada@a.test", None),
        ("+12025550143", None),
        ("447700900123", None),
        ("61491570156", None),
        ("4915112345678", None),
        ("4917680290136", "1 phone number"),
        ("+4917680290136", "1 phone number"),
    ],
)
def test_people_are_told_from_examples(text: str, told: str | None) -> None:
    assert persons_in(json.dumps({"receiver": text, "more": text}).encode()) == told


@pytest.mark.parametrize(
    ("url", "places"),
    [
        ("https://crm.example/v2/customers/interaction?access_token=s3cr3t&type=sms", ["/access_token"]),
        ("https://crm.example/v2/customers/interaction?api_key=[Filtered]&token=%5BREDACTED%5D&secret=", []),
        ("https://till:s3cr3t@crm.example/v2/customers/interaction?type=sms", [""]),
        ("https://till@crm.example/v2/customers/interaction", []),
        ("https://till:xxx@crm.example/v2/customers/interaction?sessionId=s3cr3t&sessionId=x", ["/sessionId"]),
        ("https://crm.example/v2/customers/interaction?s3cr3t%20token=s3cr3t", ["/(a name that is none)"]),
        ("https://crm.example/v2/customers/interaction#access_token=s3cr3t", []),
    ],
)
def test_a_credential_in_a_url_is_told_and_gone(url: str, places: list[str]) -> None:
    exchange = Exchange(Place("x"), Request.of("GET", url), Response.of(b"[]", 200))
    found = [one for one in check([exchange], KEPT).findings if one.code == "IP501"]
    assert [one.pointer for one in found] == places
    assert {one.part for one in found} <= {Part.QUERY}
    assert exchange.request is not None
    assert "=s3cr3t" not in exchange.request.url
    assert ":s3cr3t" not in exchange.request.url


@given(exchanges())
def test_what_is_found_is_found_on_request_only(sample: Sample) -> None:
    exchange = Exchange(Place("x"), None, Response.of(sample.content(), sample.status, sample.headers))
    assert {one.code for one in check([exchange], KEPT).findings} <= {"IP505"}
    assert check([exchange]).findings == ()


def test_bare_lines_are_searched_too_and_tell_no_value() -> None:
    body = model_exchange()["response"]["body"]
    edit(body, "/interaction/0/messageList/0/subject", "AKIAIOSFODNN7EXAMPLE for ada@lovelace.uk")
    data = json.dumps(body).encode() + b"\n"
    for large in (1, LARGE):
        found = check(lines_of(data * 2), KEPT, large=large).findings
        assert [(one.code, one.exchange) for one in found] == [("IP504", 0), ("IP505", 0), ("IP504", 1), ("IP505", 1)]
        assert not any(word in repr(found) for word in ("AKIA", "lovelace"))


def test_other_operations_are_not_searched() -> None:
    other = Exchange(Place("x"), Request.of("GET", "https://crm.example/me"), Response.of('"ada@lovelace.uk"', 200))
    assert check([other], KEPT).findings == ()


@given(st.integers(0, 4000), st.integers(1, 3000))
def test_age_is_that_of_the_date(days: int, most: int) -> None:
    date = {"date": format_datetime(NOW - timedelta(days=days), usegmt=True)}
    exchange = Exchange(Place("x"), None, Response.of('{"name": "a", "interaction": []}', 200, date))
    found = check([exchange], Settings(now=NOW, max_age=most)).findings
    assert [one.code for one in found] == (["IP506"] if days > most else [])


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ({"startedDateTime": "2023-06-01T23:30:00.123+02:00"}, "one from 2023-06-01"),
        ({"startedDateTime": "2026-05-31T12:00:00.000Z"}, None),
        ({"recorded_at": "2023-06-01T12:00:00"}, "one from 2023-06-01"),
        ({"recorded_at": "Thu, 01 Jun 2023 12:00:00 GMT"}, "one from 2023-06-01"),
        ({"recorded_at": "yesterday"}, "one from 2020-01-01"),
        ({"recorded_at": 7}, "one from 2020-01-01"),
        ({"startedDateTime": "0001-01-01T00:00:00+14:00"}, "one from 2020-01-01"),
        ({}, "one from 2020-01-01"),
    ],
)
def test_the_recorder_knows_best_when_it_was(record: dict[str, object], told: str | None) -> None:
    answer = {"status": 200, "headers": {"Date": "Wed, 01 Jan 2020 12:00:00 GMT"}, "body": "{}"}
    exchange = exchange_of({"request": {"url": "/v2/customers/interaction"}, "response": answer, **record}, Place("x"))
    assert isinstance(exchange, Exchange)
    found = check([exchange], Settings(now=NOW, max_age=30, key=b"tests", select=("IP506",))).findings
    assert [(one.actual, one.pointer) for one in found] == (
        [(told, "/date" if told.endswith("2020-01-01") else "")] if told else []
    )


@pytest.mark.parametrize(("value", "codes"), [(digest(), []), ("0" * 64, ["IP507"]), ("x", ["IP507"])])
def test_a_recording_says_which_contract_it_was_made_with(value: str, codes: list[str]) -> None:
    fields = {CONTRACT: value, "content-type": "application/json"}
    exchange = Exchange(Place("x"), None, Response.of('{"name": "a", "interaction": []}', 200, fields))
    assert [one.code for one in check([exchange]).findings] == codes


def test_what_we_keep_says_which_contract_it_was_made_with(tmp_path: Path) -> None:
    document = model_exchange()["response"]
    edit(document["body"], "/interaction/0/count", 7)
    record = {"request": {"url": "https://crm.example/v2/customers/interaction"}, "response": document}
    (tmp_path / "a.json").write_text(json.dumps(record))
    interpact("check", "a.json", "--quarantine", "kept", folder=tmp_path)
    kept = json.loads((tmp_path / "kept" / "failed.ndjson").read_text())
    assert {"name": CONTRACT, "value": digest()} in kept["response"]["headers"]
    text = json.dumps(kept).replace(digest(), "0" * 64)
    (tmp_path / "old.ndjson").write_text(text + "\n")
    assert b"IP507" in interpact("check", "old.ndjson", folder=tmp_path).stdout
    assert b"IP507" not in interpact("check", "kept", folder=tmp_path).stdout


def test_the_flags(tmp_path: Path) -> None:
    body = model_exchange()["response"]["body"]
    edit(body, "/interaction/0/messageList/0/subject", "AKIAIOSFODNN7EXAMPLE")
    (tmp_path / "a.json").write_text(json.dumps(body))
    assert b"IP504" not in interpact("check", "a.json", folder=tmp_path).stdout
    done = interpact("check", "a.json", "--hygiene", "--fail-on", "warning", folder=tmp_path)
    assert (done.returncode, b"IP504" in done.stdout) == (1, True)


def recording(place: Place, name: str = "a", minute: int = 0) -> Exchange:
    """An exchange of those that a test tells apart."""
    response = Response.of(json.dumps({"name": name, "interaction": []}), 200, {"x-odd": "\udcff"})
    request = Request.of("GET", "https://crm.example/v2/customers/interaction?identifierName=email")
    return Exchange(place, request, response, NOW + timedelta(minutes=minute))


RECORDED = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 1)), max_size=12)
TWICE = Settings(hygiene=True, key=b"tests", select=("IP508",))


@given(RECORDED, st.lists(st.integers(0, 12), max_size=3))
def test_what_is_recorded_again_is_found_however_the_recordings_are_divided(
    told: list[tuple[str, int]], cuts: list[int]
) -> None:
    every = [recording(Place("a.har", entry), *one) for entry, one in enumerate(told, 1)]
    reports: list[Report] = []
    for low, high in pairwise([0, *sorted(cuts), len(every)]):
        reports.append(Report())
        reports[-1].add(check(every[low:high], TWICE))
    copies = [entry for entry, one in enumerate(told, 1) if one in told[: entry - 1]]
    for report in (merged(reports), merged([*map(unpacked, map(packed, reports))])):
        assert [(group.code, group.count) for group in report.groups()] == ([("IP508", len(copies))] if copies else [])
        samples = [one.place.entry for group in report.groups() for one in group.samples]
        assert len({*samples}) == len(samples) == min(SAMPLES, len(copies))
        assert {*samples} <= {*copies}
        assert report.states["fail"] == 0


def test_a_recording_that_is_read_twice_is_not_there_twice() -> None:
    report = Report()
    for _ in range(2):
        report.add(check([recording(Place("a.har", 1))], TWICE))
    bare = [msgspec.structs.replace(recording(Place("b.har", entry)), request=None) for entry in (1, 2)]
    report.add(check(bare, TWICE))
    assert not report.groups()


def test_copies_are_told_where_findings_are_told(tmp_path: Path) -> None:
    answer = {"status": 200, "body": '{"name": "a", "interaction": []}'}
    record = {"request": {"method": "GET", "url": "https://h.example/v2/customers/interaction"}, "response": answer}
    for name in ("a.ndjson", "b.ndjson"):
        (tmp_path / name).write_text(f"{json.dumps(record)}\n" * 2)
    done = interpact(
        "check", "a.ndjson", "b.ndjson", "--hygiene", "--select", "IP508", "--findings", "found.ndjson", folder=tmp_path
    )
    assert done.returncode == 0
    assert b"IP508" in done.stdout
    found = [json.loads(line) for line in (tmp_path / "found.ndjson").read_text().splitlines()]
    assert [(one["file"], one["line"]) for one in found] == [("a.ndjson", 2), ("b.ndjson", 1), ("b.ndjson", 2)]
    assert {one["actual"] for one in found} == {"a copy of a.ndjson:1"}
