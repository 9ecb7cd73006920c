"""Readers: what was written in a format is read back, byte for byte, and nothing that a file holds breaks one."""

from __future__ import annotations

import base64
import gzip
import io
import json
import threading
import zlib
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import requests
import yaml
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st

from interpact.contract.decoding import is_redacted, plain
from interpact.contract.exchange import Exchange, Place, Reason
from interpact.contract.readers import HAR, JSON, NDJSON, PACT, READERS, VCR, Head, Problem, Reader, UnreadableError
from interpact.contract.readers.json_text import BrokenJsonError, elements, members, outline
from interpact.contract.readers.ndjson import NdjsonReader
from interpact.contract.readers.record import exchange_in, exchange_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CASES = json.loads((Path(__file__).parent / "readers" / "bodies.json").read_text(encoding="utf-8"))
PLACE = Place("capture")
URL = "https://crm.example/v2/customers/interaction?identifierName=email"
BODY = b'{"name":"capillary","interaction":[],"id":1.0,"id":123456789012345678901234567890}'
LINES = st.binary().filter(lambda data: not set(b"\r\n") & set(data))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=15,
)
MEMBERS = st.sampled_from([
    "request", "response", "url", "uri", "path", "method", "query", "headers", "status", "code", "body", "content",
    "text", "encoding", "size", "mimeType", "string", "base64_string", "base64", "$base64", "type", "data", "encoded",
    "json", "name", "value", "_truncated", "_error",
])  # fmt: skip
RECORDS = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.sampled_from(["base64", "Buffer", "e30=", "[", "200", "gzip"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=4),
    max_leaves=25,
)


def read(reader: Reader, data: bytes) -> list[Exchange | Problem]:
    """Everything that a reader yields; what it raises comes last."""
    found: list[Exchange | Problem] = []
    try:
        found.extend(reader.read(io.BufferedReader(io.BytesIO(data)), PLACE))  # pyright: ignore[reportArgumentType]
    except UnreadableError as error:
        found.append(error.problem)
    return found


def bodies(reader: Reader, data: bytes) -> list[bytes | Reason | None]:
    """The body of each exchange, or why there is none."""
    assert next(one for one in READERS if one.recognises(Head(data[:65536], whole=len(data) < 65536))) is reader
    return [_body(one) for one in read(reader, data)]


def _body(found: Exchange | Problem) -> bytes | Reason | None:
    assert isinstance(found, Exchange), found
    assert found.response is not None
    return found.response.missing if found.response.body is None else found.response.body


def har_of(body: bytes) -> bytes:
    content = {"size": len(body), "mimeType": "application/json", "encoding": "base64", "text": _base64(body)}
    entry = {"request": {"method": "GET", "url": URL}, "response": {"status": 200, "content": content}}
    return json.dumps({"log": {"version": "1.2", "entries": [entry]}}).encode()


def surrogate_har_of(body: bytes) -> bytes:
    """As mitmproxy writes it: bytes that are not UTF-8 become lone surrogates."""
    content = {"size": 0, "mimeType": "", "text": body.decode("utf-8", "surrogateescape")}
    entry = {"request": {"url": URL}, "response": {"status": 200, "content": content}}
    return json.dumps({"log": {"entries": [entry]}}).encode()


def yaml_cassette_of(body: bytes) -> bytes:
    response = {"body": {"string": body}, "headers": {"A": ["b"]}, "status": {"code": 200, "message": "OK"}}
    cassette = {"interactions": [{"request": {"method": "GET", "uri": URL}, "response": response}], "version": 1}
    return yaml.dump(cassette, Dumper=yaml.CDumper).encode()


def json_cassette_of(body: bytes) -> bytes:
    response = {"body": {"base64_string": _base64(body), "encoding": "ASCII-8BIT"}, "status": {"code": "200"}}
    return json.dumps({"http_interactions": [{"request": {"uri": URL}, "response": response}]}).encode()


def records_of(body: bytes) -> bytes:
    response = {"status": 200, "body": _base64(body), "base64": True}
    record = {"request": {"method": "GET", "url": URL}, "response": response}
    return (json.dumps(record) + "\r\n\n").encode() * 2


def list_of(body: bytes) -> bytes:
    return json.dumps([{"response": {"content": {"$base64": _base64(body)}, "status_code": 200}}]).encode()


def _base64(body: bytes) -> str:
    return base64.b64encode(body).decode()


WRITERS: list[tuple[Reader, Callable[[bytes], bytes]]] = [
    (HAR, har_of),
    (HAR, surrogate_har_of),
    (VCR, yaml_cassette_of),
    (VCR, json_cassette_of),
    (NDJSON, records_of),
    (JSON, list_of),
]


@pytest.mark.parametrize(("reader", "write"), WRITERS, ids=lambda one: getattr(one, "__name__", ""))
@given(body=st.binary())
@example(body=b"")
@example(body=BODY)
@example(body="caf\u00e9 \u2028 \U0001f600".encode())
def test_any_body_is_read_back_byte_for_byte(reader: Reader, write: Callable[[bytes], bytes], body: bytes) -> None:
    expected = Reason.REDACTED if is_redacted(body) else plain(body)
    assert set(bodies(reader, write(body))) == {expected}


@given(body=st.binary(min_size=1))
def test_a_single_body_is_handed_on_as_it_is(body: bytes) -> None:
    (found,) = read(JSON, b"{" + body.replace(b"re", b""))
    assert _body(found) == b"{" + body.replace(b"re", b"")


@given(lines=st.lists(LINES, min_size=2))
def test_lines_are_handed_on_as_they_are(lines: list[bytes]) -> None:
    texts = [b'{"a":' + line + b"}" for line in lines]
    found = [_body(one) for one in read(NDJSON, b"\n\r\n".join(texts))]
    assert found == texts


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_cases(case: dict[str, Any]) -> None:
    """`tests/readers/bodies.json`: a record, and the body that it stands for or the reason why there is none."""
    found = exchange_of({"request": case.get("request"), "response": case["response"]}, PLACE)
    assert isinstance(found, Exchange)
    if case.get("unanswered"):
        assert found.response is None
        return
    assert found.response is not None
    expected = Reason(case["missing"]) if "missing" in case else case["body"].encode("utf-8", "surrogateescape")
    assert _body(found) == expected
    for name, value in case.get("headers", {}).items():
        assert found.response.header(name) == value


@given(record=RECORDS)
def test_no_record_breaks_the_reader(record: object) -> None:
    text = json.dumps({"request": record, "response": record}).encode()
    assert isinstance(exchange_in(text, PLACE), Exchange | Problem)
    assert isinstance(exchange_of({"request": record, "response": record}, PLACE), Exchange)


STARTS = [
    *(b"", b"{", b"[{", b'{"log":{"entries":[', b"interactions:\n- ", b'{"interactions":[', b'{"request":{}\n'),
    *(
        b'{"item":[{"response":[',
        b'{"run":{"executions":[',
        b'{"mappings":[',
        b'{"requests":[{"response":',
        b'[{"scope":',
    ),
    *(b"responses:\n- response:\n", b'{"ScenarioFinished":', b"openapi: 3.1.0\n", b"WARC/1.0\n", b"HTTP/1.1 200 OK\n"),
    *(b"> GET / HTTP/1.1\n> \n< HTTP/1.1 200\n< ", b"GET http://h/\n\n<> "),
]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
@given(start=st.sampled_from(STARTS), data=st.binary() | VALUES.map(lambda value: json.dumps(value).encode()))
def test_no_bytes_break_a_reader(reader: Reader, start: bytes, data: bytes) -> None:
    reader.recognises(Head(start + data, whole=False))
    for found in read(reader, start + data):
        assert isinstance(found, Exchange | Problem)


@given(value=VALUES.filter(lambda value: isinstance(value, list | dict)))
def test_an_outline_agrees_with_the_parser(value: list[object] | dict[str, object]) -> None:
    text = json.dumps(value, allow_nan=True).encode()
    found = outline(text)
    parts = [json.loads(text[part.start : part.end]) for part in found.parts]
    assert found.end == len(text)
    for part in found.parts:
        until = outline(text, until=part.key).parts
        assert part.key is None or until[-1].start == part.start
    assert repr(parts) == repr(list(value.values() if isinstance(value, dict) else value))


@given(value=VALUES.filter(lambda value: isinstance(value, dict)), data=st.data())
def test_a_cut_text_has_no_more_members_than_the_whole(value: dict[str, object], data: st.DataObject) -> None:
    text = json.dumps(value).encode()
    cut = text[: data.draw(st.integers(0, len(text) - 1))]
    assert outline(cut).end is None
    with pytest.raises(BrokenJsonError):
        members(cut)


def test_elements_keep_their_spelling() -> None:
    assert list(elements(b"[" + BODY + b" , " + BODY + b"]")) == [BODY, BODY]
    assert list(elements(b'[{"a":NaN} , {"a":"\\ud83d"}]')) == [b'{"a":NaN}', b'{"a":"\\ud83d"}']


def test_a_body_in_a_record_keeps_its_spelling() -> None:
    record = b'{"request": {"url": "https://crm.example/"}, "response": {"status": 200, "body": ' + BODY + b"}}"
    assert bodies(NDJSON, record + b"\n" + record) == [BODY, BODY]
    assert bodies(JSON, record) == [BODY]
    not_strict = record.replace(b"1.0", b'[NaN, "\\ud83d"]')
    assert bodies(JSON, not_strict) == [BODY.replace(b"1.0", b'[NaN, "\\ud83d"]')]


CUT: list[tuple[Reader, bytes]] = [
    (JSON, b"[" + BODY + b"] garbage"),
    (JSON, b"[" + BODY + b"}"),
    (JSON, b"[" + BODY + b", ]"),
    (HAR, har_of(BODY).replace(b"]}}", b', {"request": {"url"')),
    (VCR, yaml_cassette_of(BODY).replace(b"version: 1", b"- request: {uri: 'x")),
    (VCR, json_cassette_of(BODY)[:-2] + b', {"response": '),
    (JSON, list_of(BODY)[:-1] + b', {"response": '),
]


@pytest.mark.parametrize(("reader", "data"), CUT, ids=["after", "bracket", "comma", "har", "yaml", "vcr", "list"])
def test_what_comes_before_a_cut_is_read(reader: Reader, data: bytes) -> None:
    first, problem = read(reader, data)
    assert _body(first) == BODY
    assert isinstance(problem, Problem)


HOSTILE: list[tuple[Reader, bytes]] = [
    (HAR, b'{"log": {"entries": ' + b"[" * 100_000),
    (HAR, b'{"log": {"entries": {}}}'),
    (HAR, b'{"log": {"entries": [5, null]}}'),
    (VCR, b"interactions: " + b"[" * 100_000),
    (VCR, b"interactions:\n" + b"- " * 100_000),
    (VCR, b"interactions:\n- !!python/object/apply:os.system [secret]\n"),
    (VCR, b"interactions:\n- {<<: secret}\n"),
    (VCR, b"interactions:\n- *secret\n"),
    (VCR, b"interactions:\n- &a [*a]\n"),
    (VCR, b"interactions:\n- 'secret\x00'\n"),
    (VCR, b'interactions:\n- "secret\n'),
    (VCR, b"interactions:\n- [secret]: 1\n"),
    (VCR, b"- interactions:\n"),
    (VCR, b"interactions:\n- secret\n"),
    (VCR, b"\xff\xfeinteractions:\n"),
    (
        VCR,
        b"a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 30))
        + b"interactions: []\n",
    ),
]


@pytest.mark.parametrize(("reader", "data"), HOSTILE)
def test_hostile_files_are_problems_that_repeat_nothing(reader: Reader, data: bytes) -> None:
    found = read(reader, data)
    assert found
    assert all(isinstance(one, Problem) for one in found)
    assert not any("secret" in str(one) for one in found)


def test_an_entry_that_is_missing_is_a_problem() -> None:
    *_, last, problem = read(JSON, b"[" + BODY + b",," + BODY + b"]")
    assert _body(last) == BODY
    assert isinstance(problem, Problem)


def test_a_broken_entry_does_not_hide_the_others() -> None:
    entry = har_of(BODY)[len(b'{"log": {"version": "1.2", "entries": [') : -len(b"]}}")]
    found = read(HAR, b'{"log": {"entries": [' + entry + b', {"request": nonsense}, ' + entry + b"]}}")
    assert [type(one) for one in found] == [Exchange, Problem, Exchange, Problem]
    assert [one.place.entry for one in found] == [1, 2, 3, None]


def test_deep_bodies_are_handed_on() -> None:
    deep = b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    assert [_body(one) for one in read(NDJSON, deep + b"\n" + deep)] == [deep, deep]
    assert [_body(one) for one in read(JSON, deep)] == [deep]
    assert [_body(one) for one in read(JSON, b"[" + deep + b"," + deep + b"]")] == [deep, deep]


DEEP = "<deep>"
"""Stands for objects within objects, which Python could not write."""


def with_deep(value: object) -> bytes:
    return json.dumps(value).replace(f'"{DEEP}"', '{"status":' * 990 + "1" + "}" * 990).encode()


STATUSES: list[object] = [None, "ok", 200.0, True, 99, 600, "999", [], DEEP]

ENTRIES: list[tuple[dict[str, Any], str]] = [
    ({"request": None}, "without a request"),
    ({"request": {"url": 5}}, "without a request"),
    *(({"response": {"status": status}}, "no status") for status in STATUSES),
    ({"response": []}, "no status"),
    ({"response": {"status": 200, "headers": DEEP, "content": {"size": 9, "text": "{}"}}}, "nested too deeply"),
    ({"response": {"status": 200, "content": {"encoding": "Base64", "text": "secret!"}}}, "no base64"),
]


@pytest.mark.parametrize(("changes", "message"), ENTRIES, ids=range(len(ENTRIES)))
def test_entries_of_an_archive_that_break_the_standard_are_problems(changes: dict[str, Any], message: str) -> None:
    entries = [{"request": {"url": URL}, "response": None, **changes}, {"request": {"url": URL}}]
    problem, last = read(HAR, with_deep({"log": {"entries": entries}}))
    assert isinstance(problem, Problem)
    assert message in problem.message
    assert problem.place.entry == 1
    assert isinstance(last, Exchange)


CONTENTS: list[tuple[dict[str, object], bytes | Reason]] = [
    ({"text": "{}"}, b"{}"),
    ({"text": "e30=", "encoding": "BASE64"}, b"{}"),
    ({"size": 0}, b""),
    ({}, Reason.NOT_RECORDED),
]


@pytest.mark.parametrize(("content", "body"), CONTENTS)
def test_content_in_an_archive_is_never_the_body_itself(content: dict[str, object], body: bytes | Reason) -> None:
    entry = {"request": {"url": URL}, "response": {"status": "200", "content": content}}
    assert bodies(HAR, json.dumps({"log": {"entries": [entry]}}).encode()) == [body]


def test_an_archive_is_recognised_before_its_entries() -> None:
    pages = [{"title": "x" * 1000}] * 100
    data = har_of(BODY).replace(b'"entries"', b'"pages": ' + json.dumps(pages).encode() + b', "entries"')
    assert bodies(HAR, data) == [BODY]


def test_deep_records_are_problems() -> None:
    for response in (DEEP, {"status": DEEP}):
        assert isinstance(exchange_in(with_deep({"request": {"url": URL}, "response": response}), PLACE), Problem)


UNDECLARED: list[dict[str, object]] = [{"request": {"path": "/"}}, {"response": None}, {"request": {}, "response": {}}]


@pytest.mark.parametrize("members", UNDECLARED)
def test_a_body_with_undeclared_members_is_a_body(members: dict[str, object]) -> None:
    body = json.dumps({**members, "name": 5, "interaction": "x"}).encode()
    assert bodies(JSON, body) == [body]
    assert bodies(NDJSON, body + b"\n" + body) == [body, body]


def test_lines_that_are_no_json_are_bodies_and_hide_no_others() -> None:
    record = records_of(BODY).splitlines()[0]
    assert bodies(NDJSON, b"<html>\n" + record + b"\nnull\n" + record + b"\n" + record) == [
        b"<html>",
        BODY,
        b"null",
        BODY,
        BODY,
    ]


def test_anchored_interactions() -> None:
    item = b"[{response: {body: {string: a}}}]\n"
    for text in (b"interactions: &x " + item + b"others: *x\n", b"others: &x " + item + b"interactions: *x\n"):
        assert bodies(VCR, text) == [b"a"]


def test_aliases_cost_the_bytes_that_they_repeat() -> None:
    data = b"a: &a '" + b"secret" * 200_000 + b"'\ninteractions:\n" + b"- {response: {body: *a}}\n" * 100
    *good, problem = read(VCR, data)
    assert len(good) == (64 << 20) // 1_200_064
    assert "aliases that stand for too much" in str(problem)


def noted(number: int, value: Any) -> dict[str, Any]:
    """A record that begins with its number, so that its line can be found in a text."""
    answer = {"status": 200, "content": {"mimeType": "application/json", "text": "{}\n"}, "body": "{}"}
    return {"_n": f"record {number}", "request": {"url": URL, "method": "GET", "_": value}, "response": answer}


@given(st.lists(VALUES, max_size=5), st.sampled_from([None, 0, 1, 4]), st.sampled_from(["", "\n \n", "\ufeff"]))
def test_an_entry_is_placed_at_its_line(values: list[Any], indent: int | None, before: str) -> None:
    records = [noted(number, value) for number, value in enumerate(values)]
    shapes: list[tuple[Reader, Any]] = [
        (HAR, {"log": {"pages": [{"entries": records[:1]}], "version": "1.2", "entries": records}}),
        (VCR, {"version": 1, "interactions": records}),
    ]
    for reader, document in shapes:
        text = before + json.dumps(document, indent=indent)
        lines = text.split("\n")
        found = [one.place for one in read(reader, text.encode())]
        assert [place.entry for place in found] == list(range(1, len(records) + 1))
        if indent is not None:
            marked = [at for at, line in enumerate(lines, 1) if line.lstrip().startswith('"_n"')]
            assert [place.line for place in found] == [at - 1 for at in marked[len(marked) - len(records) :]]
        elif "\n" not in before:
            assert {place.line for place in found} <= {None}
    text = yaml.safe_dump({"interactions": [noted(number, number) for number in range(len(values))]}, sort_keys=False)
    marked = [at for at, line in enumerate(text.split("\n"), 1) if line.startswith("- _n: ")]
    assert [one.place.line for one in read(VCR, text.encode())] == marked


def test_dates_and_numbers_in_yaml_cannot_fail() -> None:
    response = b"  response: {body: {string: 2023-99-99}, status: {code: 0200}}\n"
    text = b"interactions:\n- recorded_at: 2023-99-99\n  n: !!int x\n" + response
    assert bodies(VCR, text) == [b"2023-99-99"]


def test_places() -> None:
    assert [one.place for one in read(HAR, har_of(BODY))] == [Place("capture", entry=1)]
    assert [one.place for one in read(NDJSON, records_of(BODY))] == [Place("capture", line=1), Place("capture", line=3)]
    assert [one.place for one in read(JSON, BODY)] == [PLACE]
    assert [one.place for one in read(JSON, b"[" + BODY + b"]")] == [Place("capture", entry=1)]


def test_a_byte_order_mark_stays_with_a_body_but_not_with_a_record() -> None:
    mark = b"\xef\xbb\xbf"
    assert bodies(NDJSON, mark + BODY + b"\n" + BODY) == [mark + BODY, BODY]
    assert bodies(NDJSON, mark + records_of(BODY)) == [BODY, BODY]
    assert bodies(JSON, mark + BODY) == [mark + BODY]
    assert bodies(HAR, mark + har_of(BODY)) == [BODY]


def test_a_broken_record_is_no_body() -> None:
    good, problem = read(NDJSON, records_of(BODY).splitlines()[0] + b'\n{"request": {"url": "x"}, "respon')
    assert _body(good) == BODY
    assert isinstance(problem, Problem)
    assert problem.place.line == 2


def test_a_body_of_the_older_api_is_no_record() -> None:
    older = b'{"response": {"status": {"code": 200}, "customer": {}}}'
    assert bodies(NDJSON, older + b"\n" + older) == [older, older]
    assert bodies(JSON, older) == [older]


def test_credentials_are_replaced() -> None:
    record = {"request": {"url": "https://a:secret@b/", "headers": {"Authorization": "secret"}}, "response": None}
    (found,) = read(JSON, json.dumps(record).encode())
    assert isinstance(found, Exchange)
    assert "secret" not in repr((found.request and found.request.headers, found.request and found.request.url))
    assert found.response is None


RECOGNISED: list[tuple[bytes, Reader | None]] = [
    (b'{"name": 5, "interaction": "x", "interactions": []}', JSON),
    (b'{"name": 5, "interaction": "x", "log": {"entries": []}}', JSON),
    (b'{"name": 5, "interaction": "x", "interactions": []}\n{"name": "a"}', NDJSON),
    (b'<html>\n{"a": 1}\n{"b": 1}\n', NDJSON),
    (b'null\n{"a": 1}\nERROR\n{"b": 1}\n{"c": 1}\n', NDJSON),
    (b'INFO a\nINFO b\n{"a": 1}\n', None),
    (b'{"a": 1}\n{"b', NDJSON),
    (b'{"a": 1\n{"b": 1}\n{"c": 1}\n', NDJSON),
    (b'{"name": "c", "interaction": [\n{"name": "sms"}\n]}', JSON),
    (b'{\n "a": 1\n}\n', JSON),
    (b"[1]", JSON),
    (b"null", JSON),
    (b'{"log": "a"}', JSON),
    (b'{"log": {"level": 1}}', JSON),
    (b'{"consumer": {}, "provider": {}, "interactions": []}', PACT),
    (b'"interactions":\n- a\n', VCR),
    (b"# a comment\ncommand: st run\nhttp_interactions:\n- a: b\n", VCR),
    (b"key:\n  interactions:\n", None),
    (b"hello", None),
    (b"", None),
]


@pytest.mark.parametrize(("data", "reader"), RECOGNISED)
def test_formats_are_recognised_by_content(data: bytes, reader: Reader | None) -> None:
    assert next((one for one in READERS if one.recognises(Head(data, whole=True))), None) is reader


def test_lines_that_are_too_long_are_not_judged() -> None:
    reader = NdjsonReader(max_line=10)
    lines = b'{"a":"%s"}\n{"a": 123}\n{"b":1}\n{"a":"%s"}' % (b"x" * 35, b"x" * 20)
    found = [_body(one) for one in read(reader, lines)]
    assert found == [Reason.TOO_LARGE, b'{"a": 123}', b'{"b":1}', Reason.TOO_LARGE]


def test_a_single_long_line_may_be_the_first_of_many() -> None:
    assert NDJSON.recognises(Head(b'{"a": "' + b"x" * 1000, whole=False))


gzipped = partial(gzip.compress, mtime=0)
"""Without the time, so that the ids of the tests below are the same in each process."""

ENCODED: list[tuple[bytes, str | None]] = [
    (gzipped(BODY), None),
    (gzipped(BODY), "gzip"),
    (gzipped(gzipped(BODY)), "gzip, gzip"),
    (gzipped(BODY[:9]) + gzipped(BODY[9:]), "gzip"),
    (zstandard.ZstdCompressor().compress(BODY), "zstd"),
    (zlib.compress(BODY), "deflate"),
    (zlib.compress(BODY)[2:-4], "deflate"),
    (BODY, "br"),
    (BODY, "gzip"),
    (BODY, "identity"),
]


@pytest.mark.parametrize(("stored", "encoding"), ENCODED)
def test_encodings_are_undone_where_they_were_left_on(stored: bytes, encoding: str | None) -> None:
    assert plain(stored, encoding) == BODY


def test_brotli_is_undone_where_a_package_can() -> None:
    brotli = pytest.importorskip("brotli", minversion="1.2")
    assert plain(brotli.compress(BODY * 50), "br") == BODY * 50
    assert plain(brotli.compress(BODY * 50)[:-5], "br") is Reason.UNDECODABLE


LOST = [
    (gzipped(BODY)[:-9], "gzip"),
    (b"\x1f\x8bnonsense", None),
    (b"\x28\xb5\x2f\xfdnonsense", "zstd"),
    (zlib.compress(BODY).decode("utf-8", "replace").encode(), "deflate"),
    (b"\x8b\x02\x80\x00\xff", "br"),
    (b"caf\xef\xbf\xbd", "br"),
    (gzipped(gzipped(gzipped(BODY))), "gzip"),
]


@pytest.mark.parametrize(("stored", "encoding"), LOST)
def test_what_cannot_be_undone_is_not_judged(stored: bytes, encoding: str | None) -> None:
    assert plain(stored, encoding) is Reason.UNDECODABLE


def test_latin_1_under_a_stale_encoding_is_left_to_the_checker() -> None:
    for body in (b'{"name": "caf\xe9"}', b'{"name": "caf\xef\xbf\xbd"}', b"{n: caf\xe9}"):
        assert plain(body, "br") == body


BROKEN = [
    b'{"name": "a\x00b"}', b'\xef\xbb\xbf [{"a": "\x01\xe9', b"{\x0c name", b'{"name": "caf\xef\xbf\xbd',
    *('{"name": "中é"}'.encode(codec) for codec in ("utf-16", "utf-16-le", "utf-16-be", "utf-32")),
]  # fmt: skip


@pytest.mark.parametrize("body", BROKEN)
@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "zstd"])
def test_broken_json_under_a_stale_encoding_is_left_to_the_checker(body: bytes, encoding: str) -> None:
    assert plain(body, encoding) == body


def test_what_the_bodies_of_a_file_expand_to_is_bounded() -> None:
    bomb = {"base64_string": _base64(zstandard.ZstdCompressor().compress(b'{"a":' + b" " * (60 << 20)))}
    lines = b"\n".join([json.dumps({"request": {"url": URL}, "response": bomb}).encode()] * 3 + [BODY])
    found = [_body(one) for one in read(NDJSON, lines)]
    assert found[1:] == [Reason.TOO_LARGE, Reason.TOO_LARGE, BODY]


def test_bombs_are_too_large() -> None:
    bomb = zstandard.ZstdCompressor().compress(bytes(257 << 20))
    assert plain(bomb, "zstd") is Reason.TOO_LARGE


MARKS = ["[Filtered]", "REDACTED", "<redacted>", '"[REDACTED]"', "***", "[response body removed]"]


@pytest.mark.parametrize("mark", MARKS)
def test_marks_of_recorders(mark: str) -> None:
    assert is_redacted(mark.encode())


@given(body=VALUES.map(lambda value: json.dumps({"a": value}).encode()))
def test_no_object_is_a_mark(body: bytes) -> None:
    assert not is_redacted(body)


class Server(BaseHTTPRequestHandler):
    """Sends BODY in the coding that the last part of the path names."""

    def do_GET(self) -> None:
        coding = self.path.rpartition("/")[2]
        coders: dict[str, Callable[[bytes], bytes]] = {
            "gzip": gzip.compress,
            "deflate": zlib.compress,
            "zstd": zstandard.ZstdCompressor().compress,
        }
        data = coders.get(coding, bytes)(b"caf\xe9" if coding == "latin" else BODY)
        self.send_response(204 if coding == "empty" else 200)
        if coding in coders:
            self.send_header("Content-Encoding", coding)
        if coding != "empty":
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if coding != "empty":
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()
        thread.join()


def with_requests(url: str) -> None:
    with requests.Session() as session:
        session.trust_env = False
        _ = session.get(url, timeout=5).content


def with_httpx(url: str) -> None:
    with httpx.Client(trust_env=False, headers={"Accept-Encoding": "gzip, deflate, zstd"}) as client:
        _ = client.get(url).content


@pytest.mark.parametrize("client", [with_requests, with_httpx])
@pytest.mark.parametrize("decoded", [False, True])
def test_cassettes_of_vcrpy(tmp_path: Path, server: str, client: Callable[[str], None], *, decoded: bool) -> None:
    vcr = pytest.importorskip("vcr")
    path = tmp_path / "test_one[c001].yaml"
    codings = ["plain", "gzip", "deflate", "zstd", "latin", "empty"]
    recorder = vcr.VCR(decode_compressed_response=decoded)
    with recorder.use_cassette(str(path)):
        for coding in codings:
            client(f"{server}/{coding}")
    found = bodies(VCR, path.read_bytes())
    assert found == [BODY, BODY, BODY, BODY, b"caf\xe9", Reason.NO_BODY]


@pytest.mark.parametrize("client", [with_requests, with_httpx])
def test_json_cassettes_of_vcrpy(tmp_path: Path, server: str, client: Callable[[str], None]) -> None:
    vcr = pytest.importorskip("vcr")
    path = tmp_path / "cassette.json"
    with vcr.VCR(serializer="json").use_cassette(str(path)):
        client(f"{server}/plain")
    (found,) = read(VCR, path.read_bytes())
    assert isinstance(found, Exchange)
    assert _body(found) == BODY
    assert found.request is not None
    assert (found.request.method, found.request.url) == ("GET", f"{server}/plain")
    assert found.response is not None
    assert found.response.status == 200
