"""The model: every clause of reference-behaviour, and nothing in its answers that our own check would remark on."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interpact.contract.checker import check
from interpact.contract.server.service import encoded
from interpact.contract.settings import Settings
from interpact.schemas.model import Options, Request, answer
from interpact.schemas.population import (
    CHANNELS,
    IDENTIFIERS,
    NETWORKS,
    NETWORKS_OF,
    TYPES,
    Customer,
    Customers,
    identifier_key,
)
from interpact.strategies import requests
from interpact.strategies.populations import make_population, populations

from .asking import AUTH, HOSTILE, METHODS, PATH, RAW, basic, exchange, of, probes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hypothesis.strategies import DataObject

    from interpact.schemas.model import Answer

few = settings(max_examples=20)
"""Populations are large to draw; each example has many customers and messages in it."""

PEOPLE = make_population(1, 14)
PEOPLED = populations(min_size=1)
FILTERS = [
    {name: value for name, value in (("type", kind), ("network", network)) if value is not None}
    for kind in (None, *TYPES)
    for network in (None, *(NETWORKS if kind is None else NETWORKS_OF[kind]))
]


def told(customer: Customer, population: Customers, **more: str) -> dict[str, Any]:
    found = answer(population, of(customer, "email", **more))
    assert found.status == 200
    return found.body


def flat(body: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(group["name"], one) for group in body["interaction"] for one in group["messageList"]]


def grouped(body: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {group["name"]: group["messageList"] for group in body["interaction"]}


@given(PEOPLED, st.data())
@few
def test_our_own_check_has_no_remark_on_any_answer(population: Customers, data: DataObject) -> None:
    customer = data.draw(st.sampled_from(list(population)))
    asked = [of(customer, kind, **more) for kind in IDENTIFIERS for more in FILTERS]
    asked += [Request.of(data.draw(requests(types=(None, *TYPES))).pairs)]
    asked = [one for one in asked if not re.search(b"identifierValue=0", one.query)]
    outcome = check([exchange(one, encoded(answer(population, one))) for one in asked], Settings(strict=True))
    assert not outcome.findings


def test_our_own_check_has_no_remark_on_the_answers_to_any_probe() -> None:
    asked = probes(PEOPLE)
    options = Options(AUTH)
    outcome = check([exchange(one, encoded(answer(PEOPLE, one, options))) for one in asked], Settings(strict=True))
    assert not [one for one in outcome.findings if not one.part.value.startswith("request")]


@pytest.mark.parametrize("method", METHODS[1:])
def test_r1_other_methods_are_refused(method: str) -> None:
    found = answer(PEOPLE, replace(of(next(iter(PEOPLE)), "email"), method=method))
    assert found.status == 405
    assert "GET" in dict(found.headers)["allow"]


@given(st.text(max_size=20))
def test_r1_other_paths_are_not_found(path: str) -> None:
    assert answer(PEOPLE, replace(of(next(iter(PEOPLE)), "email"), path=f"{PATH}/{path}")).status == 404


def test_r1_head_is_get_without_a_body() -> None:
    for request in probes(PEOPLE):
        if request.method == "GET":
            found = answer(PEOPLE, replace(request, method="HEAD"), Options(AUTH))
            assert found.silent
            assert replace(found, silent=False) == answer(PEOPLE, request, Options(AUTH))


@pytest.mark.parametrize("query", RAW, ids=range(len(RAW)))
def test_r2_invalid_requests_are_refused(query: bytes) -> None:
    assert answer(PEOPLE, Request("GET", PATH, query)).status == 400


@pytest.mark.parametrize(
    "more", ["&type=", "&type=Email", "&type=sms", "&type=line", "&network=", "&network=x", "&type=email&type=email",
             "&identifierName=email", "&identifierValue=x", "&type=%FF", "&network=facebook&network=facebook"],
)  # fmt: skip
def test_r2_invalid_filters_and_repeats_are_refused(more: str) -> None:
    good = of(next(iter(PEOPLE)), "email")
    assert answer(PEOPLE, replace(good, query=good.query + more.encode())).status == 400


@given(st.text(st.characters(categories=("Cc",)), min_size=1, max_size=2))
def test_r2_control_characters_are_refused(text: str) -> None:
    pairs = [("identifierName", "external_id"), ("identifierValue", f"a{text}b")]
    assert answer(PEOPLE, Request.of(pairs)).status == 400


def test_r2_the_length_is_that_of_the_trimmed_characters() -> None:
    for value, status in (("é" * 256, 404), (" " * 9 + "é" * 256 + " ", 404), ("é" * 257, 400)):
        pairs = [("identifierName", "external_id"), ("identifierValue", value)]
        assert answer(PEOPLE, Request.of(pairs)).status == status


@given(st.sampled_from(TYPES), st.sampled_from(NETWORKS))
def test_r3_contradictions_are_refused(kind: str, network: str) -> None:
    found = answer(PEOPLE, of(next(iter(PEOPLE)), "email", type=kind, network=network))
    assert found.status == (200 if network in NETWORKS_OF[kind] else 400)


@given(st.dictionaries(st.text(max_size=5).filter(lambda name: name not in {"type", "network"}), st.text(max_size=5)))
def test_r4_unknown_parameters_are_ignored(more: dict[str, str]) -> None:
    customer = next(iter(PEOPLE))
    assert answer(PEOPLE, of(customer, "email", **more)) == answer(PEOPLE, of(customer, "email"))
    good = of(customer, "email")
    assert answer(PEOPLE, replace(good, query=good.query + b"&x=%FF&x=1&%FF")).status == 200


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("kind", IDENTIFIERS)
def test_r5_who_is_not_known_is_not_found(kind: str, value: str) -> None:
    assert answer(PEOPLE, Request.of([("identifierName", kind), ("identifierValue", value)])).status == 404


def test_r6_credentials_are_asked_for() -> None:
    good = of(next(iter(PEOPLE)), "email")
    user, password = AUTH
    right = (*basic(user, password), *basic(user, password, "bASIC"))
    for header in right:
        assert answer(PEOPLE, replace(good, headers=(header,)), Options(AUTH)).status == 200
    for headers in (
        (),
        basic(user, password[:-1]),
        basic(user, password, "Bearer"),
        right,
        (("authorization", "Basic"),),
    ):
        found = answer(PEOPLE, replace(good, headers=headers), Options(AUTH))
        assert found.status == 401
        assert dict(found.headers)["www-authenticate"].startswith("Basic")


@given(PEOPLED, st.data())
@few
def test_r7_spellings_that_do_not_matter(population: Customers, data: DataObject) -> None:
    customer = data.draw(st.sampled_from(list(population)))
    for kind, value in customer.identifiers:
        spellings = [value, f" {value} ", value.upper() if kind == "email" else value, "+" * (kind == "mobile") + value]
        for spelling in spellings:
            assert population.find(kind, spelling) is customer


@pytest.mark.parametrize(
    ("kind", "value"),
    [("external_id", "7"), ("external_id", "ab"), ("mobile", "++4915"), ("mobile", "+ 4915"), ("email", "\u00c4@x.de")],
)
def test_r7_spellings_that_matter(kind: str, value: str) -> None:
    mine = {"external_id": ("007", "AB"), "mobile": ("4915",), "email": ("\u00e4@x.de",)}[kind]
    population = Customers(Customer(f"number {index}", ((kind, own),)) for index, own in enumerate(mine))
    assert population.find(kind, value) is None


@given(PEOPLED)
@few
def test_r8_every_identifier_gives_the_same_answer(population: Customers) -> None:
    for customer in population:
        found = {repr(answer(population, of(customer, kind)).body) for kind in IDENTIFIERS}
        assert len(found) == 1


@given(st.binary(max_size=60), st.sampled_from(["GET", *METHODS]))
def test_r9_nothing_makes_it_fail(query: bytes, method: str) -> None:
    for raw in (query, b"identifierName=email&identifierValue=" + query):
        found = answer(PEOPLE, Request(method, PATH, raw))
        assert found.status in {200, 400, 404, 405}
        assert encoded(found).content.decode().startswith("{")


@given(PEOPLED, st.sampled_from(FILTERS))
@few
def test_s_answers_have_the_promised_shape(population: Customers, more: dict[str, str]) -> None:
    for customer in population:
        body = told(customer, population, **more)
        assert body.keys() == {"name", "interaction", "warnings"}
        assert body["name"].strip()
        names = [group["name"] for group in body["interaction"]]
        assert len(set(names)) == len(names)
        assert set(names) <= set(CHANNELS)
        for group in body["interaction"]:
            assert group.keys() == {"name", "count", "messageList"}
            assert group["count"] == len(group["messageList"]) > 0


NEEDED = {"id", "receiver", "subject", "campaignId", "status", "sentDate", "userId"}


@given(PEOPLED | st.builds(make_population, st.integers(0, 99), st.integers(12, 15)))
@few
def test_s_messages_have_the_promised_members(population: Customers) -> None:
    ids: list[int] = []
    for customer in population:
        for channel, one in flat(told(customer, population)):
            ids.append(one["id"])
            assert one.keys() == NEEDED | ({"deliveredTime"} if one["status"] == "DELIVERED" else set())
            assert 2**31 < one["id"] < 2**63
            assert re.fullmatch(RECEIVERS.get(channel, r"(?s).+"), one["receiver"])
            assert one["subject"].strip()
            assert all(one[name] == -1 or one[name] > 0 for name in ("campaignId", "userId"))
            assert one["status"] in {"DELIVERED", "NOT-DELIVERED", "SOFT_BOUNCED"}
            assert sent(one) <= delivered(one) <= datetime.now(UTC)
            assert not (re.search("otp", one["subject"], re.IGNORECASE) and re.search(r"\d{4}", one["subject"]))
    assert len(set(ids)) == len(ids)


RECEIVERS = {
    **dict.fromkeys(("email", "emailbulk"), r"[^@\s]+@[^@\s]+"),
    **dict.fromkeys(("sms", "whatsapp", "zalo"), r"[0-9]{8,15}"),
}


def sent(message: dict[str, Any]) -> datetime:
    return datetime.strptime(message["sentDate"], "%d-%m-%Y %H:%M:%S").replace(tzinfo=UTC)


def delivered(message: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(message["deliveredTime"]) if "deliveredTime" in message else sent(message)


def test_s12_codes_are_shown_only_if_that_was_asked_for() -> None:
    customer = next(one for one in PEOPLE if any("OTP" in message.body["subject"] for message in one.messages))
    shown = answer(PEOPLE, of(customer, "email"), Options(masked=False)).body
    assert [one for _, one in flat(shown) if re.search(r"\d{4}", one["subject"])]
    assert flat(shown) != flat(told(customer, PEOPLE))


@given(PEOPLED, st.sampled_from(TYPES))
@few
def test_f1_type_gives_its_group(population: Customers, kind: str) -> None:
    for customer in population:
        whole = grouped(told(customer, population))
        assert grouped(told(customer, population, type=kind)) == {key: one for key, one in whole.items() if key == kind}


@given(PEOPLED)
@few
def test_f2_networks_partition_the_answer(population: Customers) -> None:
    for customer in population:
        whole = grouped(told(customer, population))
        parts = [grouped(told(customer, population, network=network)) for network in NETWORKS]
        for name, listed in whole.items():
            found = [part.get(name, []) for part in parts]
            assert sorted(one["id"] for part in found for one in part) == sorted(one["id"] for one in listed)
            assert all(part == [one for one in listed if one in part] for part in found)
            assert all(
                not part for network, part in zip(NETWORKS, found, strict=True) if network not in NETWORKS_OF[name]
            )


@given(PEOPLED, st.sampled_from([pair for kind in TYPES for pair in ((kind, one) for one in NETWORKS_OF[kind])]))
@few
def test_f3_both_filters_give_what_both_would(population: Customers, pair: tuple[str, str]) -> None:
    kind, network = pair
    for customer in population:
        both = flat(told(customer, population, type=kind, network=network))
        by_network = flat(told(customer, population, network=network))
        assert both == [one for one in flat(told(customer, population, type=kind)) if one in by_network]


def refusals() -> Iterator[tuple[Request, Answer]]:
    for request in probes(PEOPLE):
        found = answer(PEOPLE, request, Options(AUTH))
        if found.status != 200:
            yield request, found


def test_e1_refusals_have_the_envelope() -> None:
    assert {found.status for _, found in refusals()} == {400, 401, 404, 405}
    for _, found in refusals():
        assert found.body.keys() == {"errors", "warnings"}
        assert found.body["warnings"] == []
        assert found.body["errors"]
        assert all(one.keys() == {"code", "message"} and one["message"].strip() for one in found.body["errors"])


@given(st.text(min_size=8, max_size=20))
def test_e2_refusals_repeat_nothing(text: str) -> None:
    for name in ("identifierName", "identifierValue", "type", "network"):
        pairs = dict.fromkeys(("identifierName", "identifierValue"), "email") | {name: text}
        found = answer(PEOPLE, Request.of(pairs.items()))
        assert text not in str(found.body)
        assert quote(text) not in str(found.body)


def test_what_holds_personal_values_does_not_show_them() -> None:
    customer = next(iter(PEOPLE))
    request = replace(of(customer, "email"), headers=basic(*AUTH))
    shown = repr([customer, PEOPLE, request, answer(PEOPLE, request), Options(AUTH), encoded(answer(PEOPLE, request))])
    assert not [value for _, value in customer.identifiers if value in shown]
    assert customer.name not in shown
    assert AUTH[1] not in shown


@given(st.text(max_size=20), st.sampled_from(IDENTIFIERS))
def test_a_key_is_its_own_key(value: str, kind: str) -> None:
    once = identifier_key(kind, value)
    if not once.startswith("+"):
        assert identifier_key(kind, once) == once
