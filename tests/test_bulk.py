"""Many bodies at once: what is read together is judged as if each body were read alone."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interpact.contract.bulk import read
from interpact.contract.checker import check
from interpact.contract.exchange import Exchange, Place, Request, Response
from interpact.contract.frames import bare_context
from interpact.contract.lines import Lines, MovedError, Origin
from interpact.contract.settings import Settings
from interpact.contract.structure import departures
from interpact.contract.together import Texts
from interpact.contract.typed import decoder
from interpact.schemas.document import load
from interpact.schemas.examples import model_exchange
from interpact.schemas.frames import FRAME_RULES
from interpact.schemas.frames.sparing import SMALL
from interpact.schemas.owners import owner
from interpact.schemas.rules import Profile
from interpact.strategies import defects, exchanges, responses

from .wire import oracle

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from interpact.contract.columns import Columns
    from interpact.contract.findings import Outcome

CALM = Settings(key=b"tests", now=datetime(2026, 6, 1, tzinfo=UTC))
STRICT = Settings(key=b"tests", now=CALM.now, profile=Profile.STRICT)
ORACLE = oracle(load("response"))
EMPTY = b'{"name":"a","interaction":[]}'
MESSAGE = model_exchange()["response"]["body"]["interaction"][0]["messageList"][0]
MANY = json.dumps(
    {
        "name": "a",
        "interaction": [
            {"name": "email", "count": SMALL, "messageList": [MESSAGE | {"id": 2**40 + at} for at in range(SMALL)]},
        ],
    }
).encode()
ONE = json.dumps(model_exchange()["response"]["body"]).encode()

PIECES = [
    b"null", b"{}", b"[]", b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b" ", b"\n", b"\t", b"\r", b"0", b"-",
    b"1.0", b"1e3", b"true", b"9" * 30, b"-0", b"NaN", b"\\u003a", b"\\u003A", b"\\ud800", b"\\uFfFd", b"\xff",
    b"\xef\xbf\xbd", b"\xed\xa0\x80", b"\x00", b"\x0b", b"//", b"}null{", b"} \t null {", b'{"x":1}', EMPTY,
    b"\xef\xbb\xbf", b'"warnings":null,', b'"errors":null,', b'"warn\\u0069ngs":null,', b'"errors":[],',
    b'"warnings":[{"code":1,"message":"a:b"}],', b'"usedStatus":null,', b'"surveys":[],', b'"surveys":[1],',
    b'"deliveredTime":null,', b'"id":1,', b'"id":"1",', b'"name":"x",', b'"x":1,', b"[null]", b"[null,null]",
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A valid body with up to three places of its text changed."""
    text = json.dumps(draw(responses()), ensure_ascii=draw(st.booleans())).encode()
    for _ in range(draw(st.integers(1, 3))):
        marks = [found.end() for found in re.finditer(rb'[{}\[\],:"]', text)] or [0]
        at = draw(st.sampled_from(marks)) - draw(st.integers(0, 1))
        text = text[: max(at, 0)] + draw(st.sampled_from(PIECES)) + text[max(at, 0) + draw(st.integers(0, 3)) :]
    return text


LAYOUTS: list[dict[str, Any]] = [{}, {"indent": 2}, {"separators": (",", ":")}, {"ensure_ascii": False}]


@st.composite
def laid_out(draw: st.DrawFn) -> bytes:
    """A valid body, written in one of several ways."""
    return json.dumps(draw(responses(unusual=True)), **draw(st.sampled_from(LAYOUTS))).encode()


texts = st.one_of(
    laid_out(),
    defects().map(lambda defect: defect.sample.content()),
    mutated(),
    st.sampled_from([ONE, EMPTY, b"{}", b"[]", b"null", b"", b" ", b"\xef\xbb\xbf" + EMPTY, EMPTY + EMPTY]),
)


def bare(bodies: Sequence[bytes]) -> list[Exchange]:
    return [Exchange(Place("x", None, line), None, Response(body)) for line, body in enumerate(bodies, 1)]


def told(outcome: Outcome) -> Any:
    return list(outcome.verdicts), [(one.exchange, str(one)) for one in outcome.findings], outcome.coverage


def together(bodies: Sequence[bytes]) -> Columns | None:
    found = [body.strip(b" \t\r\n") for body in bodies]
    assert all(body.startswith(b"{") and body.endswith(b"}") for body in found)
    return read(Texts.of(found), bare_context(range(len(found)), CALM.now))


def accepted(bodies: Sequence[bytes]) -> set[int]:
    found = together(bodies)
    return set() if found is None else set(found.bodies["exchange"].to_list())


@given(st.lists(texts, min_size=1, max_size=8), st.sampled_from([CALM, STRICT]))
@settings(max_examples=150)
def test_reading_together_changes_nothing(bodies: list[bytes], chosen: Settings) -> None:
    """The differential property: the same verdicts, findings with their places in order, and coverage."""
    assert told(check(bare(bodies), chosen, large=1)) == told(check(bare(bodies), chosen))


@given(st.lists(texts, min_size=1, max_size=8), st.sampled_from([CALM, STRICT]))
@settings(max_examples=60)
def test_a_large_table_is_judged_like_a_small_one(bodies: list[bytes], chosen: Settings) -> None:
    """Rules over a large table are evaluated where they may be broken only; the first body makes it large."""
    alone, among = (check(bare([first, *bodies]), chosen) for first in (EMPTY, MANY))
    assert alone.verdicts[1:] == among.verdicts[1:]
    findings = ([str(one) for one in outcome.findings if one.exchange] for outcome in (alone, among))
    assert next(findings) == next(findings)


@given(st.lists(texts, min_size=1, max_size=8))
@settings(max_examples=150)
def test_what_is_read_together_the_oracle_accepts(bodies: list[bytes]) -> None:
    """Those keywords left aside that a rule over frames owns: these are judged there, whichever way a body came."""
    some = [body for body in bodies if body.strip(b" \t\r\n")[:1] == b"{" and body.strip(b" \t\r\n")[-1:] == b"}"]
    for index in accepted(some) if some else ():
        decoder().decode(some[index])
        for error in ORACLE.iter_errors(json.loads(some[index])):
            assert isinstance(error.schema, dict)
            assert owner(str(error.validator), error.schema, error.instance, root=not error.path) in FRAME_RULES


@given(st.lists(st.one_of(exchanges(), defects().map(lambda one: one.sample)), min_size=1, max_size=6))
@settings(max_examples=40)
def test_requests_and_headers_are_judged_beside(samples: list[Any]) -> None:
    batch = [
        Exchange(
            Place("generated", entry=index),
            Request.of("GET", sample.query.url("crm.example"), sample.request_headers),
            Response.of(sample.content(), sample.status, sample.headers),
        )
        for index, sample in enumerate(samples, 1)
    ]
    assert told(check(batch, CALM, large=1)) == told(check(batch, CALM))


@given(st.lists(responses(), min_size=1, max_size=8), st.sampled_from(LAYOUTS))
@settings(max_examples=40)
def test_valid_bodies_are_read_together(bodies: list[Any], layout: dict[str, Any]) -> None:
    """None of them needs another way, however they are laid out, raw line breaks included."""
    plain = [body for body in bodies if not any(entry.get("surveys") for entry in body["interaction"])]
    assert len(accepted([json.dumps(body, **layout).encode() for body in plain])) == len(plain) if plain else True


@given(st.lists(texts.filter(lambda text: b"\n" not in text), min_size=1, max_size=8), st.booleans())
@settings(max_examples=100)
def test_lines_are_the_exchanges_that_they_hold(bodies: list[bytes], last: bool) -> None:  # noqa: FBT001 - generated
    lines = Lines.of("x", 1, b"\n".join(bodies) + b"\n" * (last or not bodies[-1]))
    if lines is not None:
        assert list(lines) == bare(bodies)
        for large in (1, 2**60):
            assert told(check(lines, CALM, large=large)) == told(check(bare(bodies), CALM))
    elif all(re.fullmatch(rb"\{.*\}", body, re.DOTALL) for body in bodies):
        assert any(b'"request"' in body or b'"response"' in body for body in bodies)


def test_lines_are_sent_as_their_place_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(EMPTY + b"\n" + ONE + b"\n" + EMPTY[:5])
    lines = Lines.of("x", 1, path.read_bytes(), Origin(str(path), 0, len(EMPTY) + len(ONE) + 2))
    assert lines is not None
    sent = lines.reference
    assert sent is not None
    assert list(sent.read()) == list(lines) == bare([EMPTY, ONE])
    path.write_bytes(EMPTY)
    with pytest.raises(MovedError):
        sent.read()


@pytest.mark.parametrize(
    "wrong",
    [
        EMPTY.replace(b"[]", b"null"), b'{"name":"a"}', b"{}", EMPTY[:-1] + b',"name":"b"}', EMPTY + EMPTY,
        EMPTY + b" null " + EMPTY, EMPTY + b"null" + EMPTY, EMPTY + b"\n\r\tnull\n" + EMPTY,
        EMPTY.replace(b"[]", b"[null]"), EMPTY.replace(b"[]", b"[{}]"), EMPTY.replace(b'"a"', b'"\xff"'),
        EMPTY.replace(b'"a"', b'"\xed\xa0\x80"'), EMPTY.replace(b'"a"', b'"\\ud800"'), EMPTY.replace(b'"a"', b'"\t"'),
        EMPTY.replace(b'"a"', b'"\xef\xbf\xbd"'), EMPTY.replace(b'"a"', b'"\\uFFFD"'),
        EMPTY.replace(b"[]", b'[{"name":"x","count":1.0}]'), EMPTY.replace(b"[]", b'[{"name":"x","count":1e3}]'),
        EMPTY.replace(b"[]", b'[{"name":"x","count":-1}]'),
        EMPTY.replace(b"[]", b'[{"name":"x","count":9223372036854775808}]'),
        EMPTY.replace(b"[]", b'[{"name":"missed_call","count":1,"usedStatus":null}]'),
        EMPTY.replace(b"[]", b'[{"name":"survey","count":1,"surveys":[null,null]}]'),
        EMPTY[:-1] + b',"x":1}', EMPTY[:-1] + b',"errors":[null]}',
        EMPTY[:-1] + b',"warnings":null,"warnings":[]}', EMPTY[:-1] + b",}", b"{'name':'a'}",
        b'{"name":"\\u003a","interaction":[],"warnings":null}',
    ],
)  # fmt: skip
def test_what_is_not_read_together(wrong: bytes) -> None:
    """And few others with it: pyarrow stops at one of these, or crashes."""
    assert accepted([wrong]) == set()
    others = accepted([*[ONE] * 6, wrong, *[EMPTY] * 6])
    assert 6 not in others
    assert len(others) >= 8


@pytest.mark.parametrize("deep", [b"[" * 9**5 + b"]" * 9**5, b'{"a":' * 9**5 + b"1" + b"}" * 9**5])
def test_what_is_nested_without_end_is_read_alone(deep: bytes) -> None:
    wrong = EMPTY[:-1] + b',"warnings":null,"x":' + deep + b"}"
    assert accepted([EMPTY, wrong, ONE]) == {0, 2}


def test_a_null_in_a_row_is_none_of_the_body() -> None:
    wrong = ONE.replace(b'"id":', b'"warnings": null, "id":', 1)
    assert accepted([ONE, wrong, EMPTY[:-1] + b',"warnings":null}']) == {0, 2}


@pytest.mark.parametrize("null", [b"null", b" null ", b"\tnull"])
def test_members_that_may_be_null_are_told_from_those_that_are_absent(null: bytes) -> None:
    bodies = [EMPTY, EMPTY[:-1] + b',"warnings":' + null + b"}", EMPTY[:-1] + b',"errors":[],"warnings":[]}']
    spelled = together([EMPTY[:-1] + b',"warn\\u0069ngs":' + null + b"}"])
    assert spelled is not None
    assert spelled.bodies["null.warnings"].to_list() == [True]
    found = together(bodies)
    assert found is not None
    assert found.bodies["null.warnings"].to_list() == [False, True, False]
    counts = check(bare(bodies), CALM, large=1).coverage.counts
    assert counts["response:/warnings null"] == counts["response:/warnings absent"] == 1


def test_many_wrong_bodies_end_the_attempts() -> None:
    """Each body has something undeclared: reading together is given up, and nothing is lost."""
    bodies = [ONE[:-1] + b',"undeclared":1}'] * 1000 + [EMPTY]
    outcome = check(bare(bodies), CALM, large=1)
    assert [one.code for one in outcome.findings] == ["IP109"] * 1000


def test_a_wrong_body_costs_its_neighbours_nothing() -> None:
    """Among 400 bodies 3 cannot be read: a wrong type, an undeclared property, a fraction."""
    bodies = [ONE] * 400
    bodies[7] = EMPTY.replace(b'"a"', b"7")
    bodies[150] = EMPTY[:-1] + b',"x":1}'
    bodies[333] = EMPTY.replace(b"[]", b'[{"name":"x","count":1.0}]')
    assert {7, 150, 333}.isdisjoint(accepted(bodies))
    assert len(accepted(bodies)) >= 390


def test_the_items_of_a_list_are_validated_sparingly_and_all_the_same() -> None:
    body = json.loads(ONE)
    body["interaction"][0]["messageList"] = [dict(body["interaction"][0]["messageList"][0], id=at) for at in range(50)]
    body["interaction"][0]["messageList"][17]["receiver"] = 7
    del body["interaction"][0]["messageList"][31]["userId"]
    every = {(tuple(one.absolute_path), str(one.validator)) for one in ORACLE.iter_errors(body)}
    found = {one.path for one in departures(body, "response")}
    assert found == {("interaction", 0, "messageList", 17, "receiver"), ("interaction", 0, "messageList", 31, "userId")}
    assert len(every) == 2


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (-0.5, "IP103"),
        (0.5, "IP103"),
        (-5, "IP107"),
        (float("inf"), "IP106"),
        (-float("inf"), "IP107"),
        (10**25, "IP106"),
    ],
)
def test_a_number_has_one_thing_wrong(value: float, code: str) -> None:
    entry: dict[str, Any] = {"name": "sms", "count": value, "messageList": []}
    assert [one.code for one in departures({"name": "a", "interaction": [entry]}, "response")] == [code]
    assert [one.code for one in departures({"name": value, "interaction": []}, "response")] == ["IP103"]


@pytest.mark.parametrize("text", [b"", b"\n", EMPTY + b"\n\n", b" " + EMPTY, EMPTY + b"\r\n", EMPTY + b"\n[]"])
def test_a_line_is_a_body_and_nothing_else(text: bytes) -> None:
    record = json.dumps({"request": {"url": "/"}, "response": {"body": json.loads(EMPTY)}}).encode()
    assert Lines.of("x", 1, text) is None
    assert Lines.of("x", 1, EMPTY + b"\n" + record) is None
    assert Lines.of("x", 1, EMPTY + b"\n" + ONE, longest=len(EMPTY)) is None


@given(st.lists(st.tuples(st.binary(max_size=3), st.booleans()), min_size=1))
def test_the_text_of_some_bodies_is_theirs_in_order(marked: list[tuple[bytes, bool]]) -> None:
    texts = Texts.of([body for body, _ in marked])
    wanted = [index for index, (_, is_wanted) in enumerate(marked) if is_wanted] or [0]
    assert bytes(texts.some(wanted)) == b"\n".join(marked[index][0] for index in wanted)


@given(st.lists(st.sampled_from([EMPTY, "ä€😀".encode(), b"\xff", b"\xc3", b"\xed\xa0\x80"]), min_size=1, max_size=200))
def test_what_is_not_unicode_is_found_and_blank(bodies: list[bytes]) -> None:
    texts = Texts.of(bodies)
    assert texts.undecodable == {
        index for index, body in enumerate(bodies) if body.decode(errors="ignore").encode() != body
    }
    assert all((cell.strip() == "") is (index in texts.undecodable) for index, cell in enumerate(texts.column))


DRIFTED: dict[str, tuple[bytes, bytes]] = {
    "text for a number": (b'"userId": ', b'"userId": "7", "x": '),
    "number for a text": (b'"status": ', b'"status": 7, "x": '),
    "fraction": (b'"userId": ', b'"userId": 7.0, "x": '),
    "large number": (b'"userId": ', b'"userId": 10000000000000000000000, "x": '),
    "several": (b'"interaction": [', b'"interaction": [{"name": 7}, {"count": "x"}, '),
    "no list": (b'"messageList": [', b'"messageList": {}, "x": ['),
    "something in a list of nothing": (b'"interaction": [', b'"errors": [7], "interaction": ['),
    "half a character": (b'"status": "', b'"status": "\\ud800'),
    "not unicode": (b'"status": "', b'"status": "\xff'),
    "broken": (b'"interaction": [', b'"interaction": [,'),
    "undeclared": (b'"interaction": [', b'"x": {"y": [1]}, "interaction": ['),
}


@pytest.mark.parametrize("kind", DRIFTED)
def test_others_are_read_together_however_some_are_wrong(kind: str) -> None:
    """One body in ten departs from the schema in one way: all others are read together, in few attempts."""
    wrong = ONE.replace(*DRIFTED[kind], 1)
    assert wrong != ONE
    bodies = [wrong if index % 10 == 3 else ONE for index in range(600)]
    assert accepted(bodies) == {index for index in range(600) if index % 10 != 3}
