"""Defects: one labelled edit of a valid exchange, which breaks exactly one rule; and `check` finds exactly that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from interpact.contract.checker import check
from interpact.contract.exchange import Exchange, Place, Request, Response
from interpact.contract.settings import Settings
from interpact.schemas.document import load
from interpact.schemas.rules import RULES, Kind, Part, Severity
from interpact.schemas.values import is_array, is_object
from interpact.strategies import BREAKABLE, OPTIONAL, Defect, Sample, defects, exchanges

from .wire import oracle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Found = list[tuple[str, Part, str]]
"""Findings as rule, part and pointer."""

RAW = Settings(show_values=True, key=b"tests")
"""With values shown: pointers then hold undeclared keys as they are."""

LIBERTIES = {"IP105", "IP109"}
"""Rules of structure about what JSON Schema allows."""

VALIDATORS = {name: oracle(load(name)) for name in ("response", "error")}

patient = settings(max_examples=2_000, database=None)
some = settings(max_examples=max(8, settings().max_examples // 10))
"""For what is done once for each of the rules."""

every_rule = pytest.mark.parametrize("code", BREAKABLE)


def exchange_of(sample: Sample, entry: int = 1) -> Exchange:
    return Exchange(
        Place("generated", entry=entry),
        Request.of("GET", sample.query.url("crm.example"), sample.request_headers),
        Response.of(sample.content(), sample.status, sample.headers),
    )


def judged(samples: Sequence[Sample]) -> list[Found]:
    """What is found in each sample, all of them checked as one batch."""
    found: list[Found] = [[] for _ in samples]
    for one in check([exchange_of(sample, index) for index, sample in enumerate(samples)], RAW).findings:
        found[one.exchange].append((one.code, one.part, one.pointer))
    return found


def differences(one: Any, other: Any, at: str = "") -> Iterator[str]:
    """The pointers at which two JSON values differ."""
    if is_object(one) and is_object(other):
        for key in one.keys() | other.keys():
            place = f"{at}/{key.replace('~', '~0').replace('/', '~1')}"
            yield from differences(one[key], other[key], place) if key in one and key in other else [place]
    elif is_array(one) and is_array(other):
        for index in range(max(len(one), len(other))):
            both = index < min(len(one), len(other))
            yield from differences(one[index], other[index], f"{at}/{index}") if both else [f"{at}/{index}"]
    elif type(one) is not type(other) or one != other:
        yield at


def test_every_rule_of_one_exchange_has_a_defect() -> None:
    documented = {code: rule for code, rule in RULES.items() if not rule.across and not rule.only_strict}
    assert [code for code, rule in documented.items() if rule.opt_in is None] == list(BREAKABLE)
    assert [code for code, rule in documented.items() if rule.opt_in] == list(OPTIONAL)


@pytest.mark.parametrize("code", OPTIONAL)
@some
@given(data=st.data())
def test_a_defect_of_a_recording_is_found_where_that_is_asked_for(code: str, data: st.DataObject) -> None:
    defect: Defect = data.draw(defects(code))
    asked = msgspec.structs.replace(RAW, hygiene=True, max_age=30.0, select=(code,))
    found = check([exchange_of(defect.sample)], asked).findings
    assert [(one.code, one.part, one.pointer) for one in found] == [(code, defect.part, defect.pointer)]
    assert not check([exchange_of(defect.sample)], msgspec.structs.replace(RAW, select=(code,))).findings


@every_rule
@some
@given(data=st.data())
def test_the_label_is_the_only_difference(code: str, data: st.DataObject) -> None:
    defect = data.draw(defects(code))
    valid = defect.original
    assert (defect.rule, defect.part) == (code, RULES[code].part)
    assert (valid.content(), valid) != (defect.sample.content(), defect.sample)  # to Python, 0 equals False
    if defect.part is Part.BODY:
        assert replace(valid, body=None) == replace(defect.sample, body=None)
        assert all(place.startswith(defect.at) for place in differences(valid.body, defect.sample.body))
    else:
        assert valid.body == defect.sample.body
    if valid.body != b"":
        VALIDATORS["response" if valid.status == 200 else "error"].validate(valid.body)


@pytest.mark.parametrize(
    "code", [code for code in BREAKABLE if RULES[code].kind is Kind.STRUCTURE and RULES[code].part is Part.BODY]
)
@some
@given(data=st.data())
def test_structural_defects_are_refused_by_json_schema(code: str, data: st.DataObject) -> None:
    defect = data.draw(defects(code))
    schema = "response" if defect.sample.status == 200 else "error"
    if code not in LIBERTIES:
        assert not VALIDATORS[schema].is_valid(defect.sample.body)
    elif code == "IP109":
        VALIDATORS[schema].validate(defect.sample.body)


@pytest.mark.parametrize("word", ["IP201", "ip201", "count-below-list", RULES["IP201"]])
def test_defects_are_asked_for_by_code_slug_or_rule(word: Any) -> None:
    assert find(defects(word), lambda _: True).rule == "IP201"


def test_defects_of_no_rule_are_refused() -> None:
    with pytest.raises(KeyError):
        defects("IP999")


@pytest.mark.parametrize("code", ["IP103", "IP156", "IP203", "IP216", "IP223", "IP301", "IP402", "IP413"])
def test_defects_shrink(code: str) -> None:
    found = find(defects(code), lambda _: True, settings=patient)
    assert len(found.sample.content()) < 700
    assert len(found.sample.query.url()) < 180
    assert isinstance(found.sample.body, bytes) or len(found.sample.body) < 4


@given(st.lists(exchanges(), min_size=1, max_size=5))
def test_valid_exchanges_break_no_rule(samples: list[Sample]) -> None:
    assert judged(samples) == [[] for _ in samples]


@given(st.lists(exchanges(unusual=True), min_size=1, max_size=5))
def test_unusual_exchanges_break_no_rule_that_matters(samples: list[Sample]) -> None:
    assert not [code for found in judged(samples) for code, _, _ in found if RULES[code].severity is Severity.ERROR]


@every_rule
@some
@given(data=st.data())
def test_a_defect_is_found_alone(code: str, data: st.DataObject) -> None:
    defect: Defect = data.draw(defects(code))
    assert judged([defect.sample]) == [[(code, defect.part, defect.pointer)]]
    assert judged([defect.original]) == [[]]


@given(st.lists(defects(), min_size=2, max_size=8))
def test_defects_are_found_in_a_batch(found: list[Defect]) -> None:
    batch = [sample for defect in found for sample in (defect.sample, defect.original)]
    expected = [label for defect in found for label in ([(defect.rule, defect.part, defect.pointer)], [])]
    assert judged(batch) == expected
