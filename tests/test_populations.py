"""Populations: deterministic, unique, with the rare cases in them, and the same in SQLite as in memory."""

from __future__ import annotations

import csv
import hashlib
import json
import sqlite3
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from interpact.contract.server.files import open_population, write_customers
from interpact.contract.server.store import Store
from interpact.schemas.population import (
    CHANNELS,
    IDENTIFIERS,
    NETWORKS_OF,
    Customer,
    Customers,
    PopulationError,
    from_json,
    identifier_key,
    to_json,
)
from interpact.strategies.people import customers
from interpact.strategies.populations import make_population, populations

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

few = settings(max_examples=20)
"""Populations are large to draw; each example has many customers and messages in it."""

quick = settings(max_examples=200, database=None, derandomize=True, phases=[Phase.generate, Phase.shrink])
"""Smallest examples without the search for what does not matter in them."""

STRANGE = json.dumps({
    "name": "A",
    "identifiers": {"email": "a"},
    "messages": [{"channel": "sms", "network": "twitter", "body": {}}],
})  # fmt: skip
SMALLEST = {"id": 2**31 + 1, "subject": ":", "campaignId": -1, "sentDate": "01-01-2008 00:00:00", "userId": -1}
"""What an example keeps of a message when nothing in it matters."""

ADA = Customer("Ada", (("email", "ada@example.com"),))


def digest(population: Customers) -> str:
    text = json.dumps([to_json(one) for one in population], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def test_the_same_seed_gives_the_same_population_everywhere() -> None:
    assert digest(make_population(1, 60)) == DIGEST


DIGEST = "4921a775e11905fe"


@given(st.integers(), st.integers(0, 30), st.integers(0, 30))
def test_a_longer_population_begins_with_a_shorter_one(seed: int, short: int, more: int) -> None:
    longer = list(customers(seed, short + more))
    assert longer[:short] == list(customers(seed, short))


@given(st.integers(), st.integers(0, 400))
@few
def test_identifiers_and_ids_are_unique(seed: int, size: int) -> None:
    population = make_population(seed, size)
    ids = [one.body["id"] for customer in population for one in customer.messages]
    assert len(population) == size
    assert len(set(ids)) == len(ids)


@given(populations() | st.builds(make_population, st.integers(0, 9), st.integers(0, 14)))
@few
def test_identifiers_can_be_asked_for(population: Customers) -> None:
    for customer in population:
        for kind, value in customer.identifiers:
            assert value == value.strip(" ")
            assert 1 <= len(value) <= 256
            assert population.find(kind, value) is customer
        assert all(one.network in NETWORKS_OF[one.channel] for one in customer.messages)


def counts(customer: Customer) -> list[int]:
    return [sum(one.channel == name for one in customer.messages) for name in CHANNELS]


def external(customer: Customer) -> str:
    return customer.identifier("external_id") or ""


RARE: dict[str, Callable[[Customer], bool]] = {
    "a name beyond ASCII": lambda one: not one.name.isascii(),
    "an external id beyond ASCII": lambda one: not external(one).isascii(),
    "a subject beyond ASCII": lambda one: any(not message.body["subject"].isascii() for message in one.messages),
    "leading zeros": lambda one: external(one).startswith("00"),
    **{f"a {sign!r} in the external id": lambda one, sign=sign: sign in external(one) for sign in " +%/&="},
    "an id past 2^53": lambda one: any(message.body["id"] > 2**53 for message in one.messages),
    "ids that are one float": lambda one: len({float(m.body["id"]) for m in one.messages}) < len(one.messages),
    "an id below 2^32": lambda one: any(message.body["id"] < 2**32 for message in one.messages),
    "more than twenty": lambda one: max(counts(one)) > 20,
    "no messages": lambda one: not one.messages,
    "one channel": lambda one: sum(map(bool, counts(one))) == 1,
    "all channels": lambda one: all(counts(one)),
    "all statuses": lambda one: len({message.body["status"] for message in one.messages}) == 3,
    "both networks of checkin": lambda one: len({m.network for m in one.messages if m.channel == "checkin"}) == 2,
    "a one-time password": lambda one: any("otp" in m.body["subject"].lower() for m in one.messages),
    "no campaign": lambda one: any(message.body["campaignId"] == -1 for message in one.messages),
    "a leap day": lambda one: any(message.body["sentDate"].startswith("29-02") for message in one.messages),
    "midnight": lambda one: any(message.body["sentDate"].endswith("00:00:00") for message in one.messages),
    "long ago": lambda one: any("2008" in message.body["sentDate"] for message in one.messages),
    "recent": lambda one: any(message.body["sentDate"][6:10] in {"2025", "2026"} for message in one.messages),
    "an address with capitals": lambda one: not (one.identifier("email") or "").islower(),
    "the longest identifier": lambda one: len(external(one)) == 256,
}


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("what", RARE)
def test_a_dozen_customers_have_every_rare_case(what: str, seed: int) -> None:
    assert any(map(RARE[what], make_population(seed, 12)))


@pytest.mark.parametrize("kind", IDENTIFIERS)
def test_some_identifiers_begin_with_another(kind: str) -> None:
    values = [identifier_key(kind, one.identifier(kind) or "") for one in make_population(5, 12)]
    assert [(one, other) for one in values for other in values if one != other and other.startswith(one)]


@given(populations(), st.data())
@few
def test_sqlite_gives_what_memory_gives(population: Customers, data: st.DataObject) -> None:
    store = Store()
    assert store.add(population) == len(population) == len(store)
    assert list(store) == list(population)
    kind = data.draw(st.sampled_from(IDENTIFIERS))
    known = [value for one in population for name, value in one.identifiers if name == kind]
    for value in (*known, *map(str.upper, known), data.draw(st.text())):
        assert store.find(kind, value) == population.find(kind, value)
    store.close()


def test_looking_up_uses_an_index(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    open_population(path, customers(1, 3)).close()
    with sqlite3.connect(path) as connection:
        plan = connection.execute("EXPLAIN QUERY PLAN SELECT customer FROM identifiers WHERE kind = '' AND key = ''")
        assert "SEARCH" in str(plan.fetchall())
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    connection.close()
    assert {name for (name,) in tables} == {"customers", "identifiers", "messages"}


def test_a_file_survives(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    first = open_population(path, customers(7, 20))
    told = list(first)
    first.close()
    again = open_population(path, ())
    assert list(again) == told
    again.close()


def test_a_population_can_be_written_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "people.ndjson"
    path.write_text("\n".join(json.dumps(to_json(one)) for one in customers(1, 12)) + "\n\n", encoding="utf-8")
    store = open_population(path, ())
    assert list(store) == list(customers(1, 12))
    store.close()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "customer 1: the line is not JSON"),
        ("[]", "customer 1: expected an object"),
        ('{"name": "", "identifiers": {"email": "a@b.c"}, "messages": []}', "name must be"),
        ('{"name": "A", "identifiers": {"fax": "1"}, "messages": []}', "identifiers must be"),
        ('{"name": "A", "identifiers": {"email": " "}, "messages": []}', "blank"),
        (STRANGE, "network"),
        ("\n".join(['{"name": "A", "identifiers": {"email": "a@b.c"}, "messages": []}'] * 2), "customer 2: the email"),
    ],
)  # fmt: skip
def test_bad_populations_are_refused(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "people.ndjson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PopulationError, match=said) as caught:
        open_population(path, ())
    assert "a@b.c" not in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"SQLite format 3\0 and then nothing", b"\xff\xfe\0", b"SQLite format 3\0" + bytes(200)]
)
def test_files_of_another_kind_are_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "people"
    path.write_bytes(content)
    with pytest.raises(PopulationError):
        open_population(path, ())


def test_a_database_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE bills (number INTEGER)")
    connection.close()
    with pytest.raises(PopulationError, match="not a population"):
        open_population(path, ())


def test_identifiers_must_be_unique() -> None:
    other = Customer("Eve", (("email", "ADA@example.com"),))
    with pytest.raises(PopulationError, match="customer 2: the email"):
        Customers([ADA, other])
    store = Store()
    with pytest.raises(PopulationError, match="customer 2: the email"):
        store.add([ADA, other])
    assert len(store) == 0
    store.close()


@given(populations())
@few
def test_customers_survive_json(population: Customers) -> None:
    for customer in population:
        assert from_json(json.loads(json.dumps(to_json(customer))), 1) == customer


@pytest.mark.parametrize("name", ["people.json", "people.ndjson", "people.csv"])
def test_who_can_be_asked_for_is_written(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    people = make_population(1, 13)
    assert write_customers(path, people) == 13
    text = path.read_text(encoding="utf-8")
    if name.endswith("csv"):
        records = list(csv.DictReader(text.splitlines()))
    else:
        records = json.loads(text) if name.endswith(".json") else [json.loads(line) for line in text.splitlines()]
    assert records == [dict(one.identifiers) for one in people]


def test_populations_shrink() -> None:
    (customer,) = find(populations(), lambda people: any(one.messages for one in people), settings=quick)
    (message,) = customer.messages
    assert message.network == NETWORKS_OF[message.channel][0]
    assert SMALLEST.items() <= message.body.items()
    assert len(str(to_json(customer))) < 500
