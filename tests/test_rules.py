"""The registry is closed: each rule has words, an example that breaks it and it alone, and one that keeps all."""

from __future__ import annotations

import ast
import re
from typing import Any

import pytest

from interpact.contract.checker import check
from interpact.contract.settings import Settings
from interpact.schemas.document import load
from interpact.schemas.examples import edited, model_exchange
from interpact.schemas.frames import VIOLATIONS
from interpact.schemas.rules import RULES, Kind, Profile, Rule, find_rule
from interpact.schemas.values import is_object

from .house import ROOT, sources
from .wire import exchange_of

FIRST_DIGIT = {
    Kind.STRUCTURE: "1",
    Kind.MEANING: "2",
    Kind.RELATION: "3",
    Kind.PROTOCOL: "4",
    Kind.HYGIENE: "5",
}
SINGLE = {code: rule for code, rule in RULES.items() if not rule.across}
every_rule = pytest.mark.parametrize("rule", SINGLE.values(), ids=list(SINGLE))


def settings_for(rule: Rule, **more: Any) -> Settings:
    profile = Profile.STRICT if rule.only_strict else Profile.DOCUMENTED
    return Settings(key=b"tests", show_values=True, profile=profile, **asked_for(rule), **more)


def asked_for(rule: Rule) -> dict[str, Any]:
    """What a rule is judged with that is judged where somebody asks for it."""
    return {"hygiene": {"hygiene": True}, "max_age": {"max_age": 30.0}}.get(rule.opt_in or "", {})


@pytest.mark.parametrize("rule", [rule for rule in SINGLE.values() if rule.opt_in], ids=lambda rule: rule.code)
def test_what_is_judged_on_request_is_silent_without_it(rule: Rule) -> None:
    assert not check([exchange_of(edited(rule, rule.example.breaks))], Settings(select=(rule.code,))).findings


def found_in(rule: Rule, side: str) -> list[tuple[str, str, str]]:
    outcome = check([exchange_of(edited(rule, getattr(rule.example, side)))], settings_for(rule))
    return [(one.code, one.part.value, one.pointer) for one in outcome.findings]


def test_the_model_exchange_keeps_every_rule() -> None:
    for profile in Profile:
        assert check([exchange_of(model_exchange())], Settings(profile=profile)).findings == ()


@every_rule
def test_the_breaking_example_breaks_this_rule_alone(rule: Rule) -> None:
    at = "" if rule.example.text else rule.example.at
    where = at if rule.example.found is None else rule.example.found
    assert found_in(rule, "breaks") == [(rule.code, rule.part.value, where)]


@every_rule
def test_the_keeping_example_keeps_every_rule(rule: Rule) -> None:
    assert found_in(rule, "keeps") == []


@every_rule
def test_every_rule_can_be_silenced(rule: Rule) -> None:
    exchange = exchange_of(edited(rule, rule.example.breaks))
    assert not check([exchange], settings_for(rule, ignore=(rule.code,))).findings
    assert [one.code for one in check([exchange], settings_for(rule, select=(rule.code,))).findings] == [rule.code]


@pytest.mark.parametrize("rule", [rule for rule in SINGLE.values() if rule.only_strict], ids=lambda rule: rule.code)
def test_what_only_the_profile_strict_asks_for_is_silent_without_it(rule: Rule) -> None:
    exchange = exchange_of(edited(rule, rule.example.breaks))
    assert [one.code for one in check([exchange], Settings(profile=Profile.STRICT)).findings] == [rule.code]
    assert not check([exchange], Settings(select=(rule.code,))).findings
    assert not check([exchange], Settings(strict=True, otp_masked=True, select=(rule.code,))).findings


@every_rule
def test_every_rule_is_found_by_its_code_and_by_its_slug(rule: Rule) -> None:
    assert find_rule(rule.code.lower()) is find_rule(rule.slug.upper()) is rule


@every_rule
def test_the_words_are_in_order(rule: Rule) -> None:
    assert re.fullmatch(r"IP[1-5][0-9]{2}", rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.slug)
    assert not rule.title.endswith(".")
    assert rule.why.endswith((".", ".)"))
    assert rule.fix.endswith((".", ".)"))
    assert re.search(r"facts\.md §[1-4]|RFC \d+|recorders\.md|reference-behaviour [RSFE]\d", rule.source)


def test_codes_are_in_order_and_their_first_digit_is_the_kind() -> None:
    assert list(RULES) == sorted(RULES)
    assert len({rule.slug for rule in RULES.values()}) == len(RULES)
    requests = {rule.code for rule in RULES.values() if rule.part.value == "request.query"}
    assert all(rule.code[2] == FIRST_DIGIT[rule.kind] for rule in RULES.values() if rule.code not in requests)


def test_no_other_code_is_written_anywhere() -> None:
    """In the code of the rooms, in the document's `x-interpact-owners`, or in the frames."""
    written = {
        node.value
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"IP\d{3}", node.value)
    }
    named = set(re.findall(r"\bIP\d{3}\b", (ROOT / "schemas" / "openapi.yaml").read_text(encoding="utf-8")))
    framed = {one.rule for found in VIOLATIONS.values() for one in found}
    assert written | named | framed <= RULES.keys() | {"IP999"}
    assert RULES.keys() <= written


def test_every_keyword_of_the_documents_has_an_owner() -> None:
    """Whatever can fail in a body is reported by a rule, never by a `KeyError`."""
    known = {"type", "required", "minimum", "maximum", "maxItems", "pattern", "not", "anyOf"}
    neutral = {"properties", "items", "allOf", "if", "then", "$ref", "$defs", "$schema", "$id", "title", "description"}
    used: set[str] = set()

    def walk(schema: object) -> None:
        if not is_object(schema):
            return
        used.update(key for key in schema if not key.startswith("x-"))
        for key in ("properties", "$defs"):
            for inner in schema.get(key, {}).values():
                walk(inner)
        for inner in (*schema.get("allOf", ()), schema.get("items"), schema.get("then")):
            walk(inner)

    for name in ("response", "error"):
        walk(load(name))
    assert used <= known | neutral
