"""The catalogue of faults: each can be seen, by the rule that it names, and leaves everything else as it was."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Final

import pytest

from interpact.contract.checker import check
from interpact.contract.server.service import Service, UnknownFaultError
from interpact.contract.settings import Settings
from interpact.schemas.model import Options
from interpact.schemas.rules import RULES
from interpact.strategies.faults import FAULTS, Family, Fault
from interpact.strategies.populations import make_population

from .asking import AUTH, exchange, probes
from .house import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from interpact.contract.exchange import Exchange
    from interpact.strategies.faults import Reply

PEOPLE = make_population(1, 14)
PROBES = probes(PEOPLE)
CLAUSES: Final = re.compile(r"R(?:[1-9]|1[01])|S(?:[1-9]|1[0-2])|F[1-4]|E[12]")


STRICT = Service(PEOPLE, options=Options(AUTH))
CLEAN = [STRICT.reply(request) for request in PROBES]


def touched(fault: Fault) -> Iterator[tuple[int, Reply]]:
    """The probes that are answered in another way, at once or later, and how."""
    service = Service(PEOPLE, options=Options(AUTH), fault=fault)
    for index, (request, other) in enumerate(zip(PROBES, CLEAN, strict=True)):
        one = service.reply(request)
        if one != other or one.late is not None:
            yield index, one


def test_without_a_fault_nothing_is_remarked_on() -> None:
    found = check([exchange(*pair) for pair in zip(PROBES, CLEAN, strict=True)], Settings(strict=True)).findings
    assert not [one for one in found if not one.part.value.startswith("request")]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_can_be_seen(fault: Fault) -> None:
    assert next(touched(fault), None) is not None


@pytest.mark.parametrize("family", Family)
def test_the_rule_that_a_fault_names_notices_it(family: Family) -> None:
    batch: list[tuple[str, Exchange]] = []
    for fault in FAULTS.values():
        if fault.family is family and fault.expected:
            batch += [
                (fault.name, exchange(PROBES[index], reply))
                for index, reply in islice(touched(fault), 60 if fault.rare else 5)
            ]
    found: dict[str, set[str]] = {}
    for one in check([exchanged for _, exchanged in batch]).findings:
        found.setdefault(batch[one.exchange][0], set()).add(one.code)
    assert not [name for name, _ in batch if not found.get(name, set()) & set(FAULTS[name].expected)]


@pytest.mark.parametrize("fault", [fault for fault in FAULTS.values() if fault.rare], ids=lambda fault: fault.name)
def test_a_rare_fault_leaves_most_answers_as_they_are(fault: Fault) -> None:
    assert sum(1 for _ in touched(fault)) < len(PROBES) / 2


@pytest.mark.parametrize(
    "fault", [one for one in FAULTS.values() if one.family is Family.STABILITY], ids=lambda fault: fault.name
)
def test_a_fault_begins_anew_in_each_server(fault: Fault) -> None:
    assert list(islice(touched(fault), 10)) == list(islice(touched(fault), 10))


def test_records_are_complete() -> None:
    for name, fault in FAULTS.items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name)
        assert fault.breaks
        assert all(map(CLAUSES.fullmatch, fault.breaks))
        assert set(fault.expected) <= RULES.keys()
        assert fault.title
        assert not fault.title.endswith(".")


def test_titles_differ() -> None:
    assert len({fault.title for fault in FAULTS.values()}) == len(FAULTS)


def test_no_fault_does_what_another_does() -> None:
    """Faults with the same replies to all probes are one fault under two names."""
    seen: dict[str, list[str]] = {}
    for fault in FAULTS.values():
        if fault.family in {Family.FILTERS, Family.IDENTIFIERS}:
            told = [(index, one.status, one.content) for index, one in touched(fault)]
            seen.setdefault(repr(told), []).append(fault.name)
    assert not [names for names in seen.values() if len(names) > 1]


def test_every_family_has_its_share() -> None:
    assert len(FAULTS) >= 70
    shares = Counter(fault.family for fault in FAULTS.values())
    assert all(shares[family] >= 10 for family in Family)


def test_every_clause_is_broken() -> None:
    broken = {clause for fault in FAULTS.values() for clause in fault.breaks}
    assert broken == {f"R{n}" for n in range(1, 12)} | {f"S{n}" for n in range(1, 13)} | {
        "F1",
        "F2",
        "F3",
        "F4",
        "E1",
        "E2",
    }


def test_an_unknown_fault_is_an_error() -> None:
    with pytest.raises(UnknownFaultError, match="no-such"):
        Service(PEOPLE, fault="no-such")


def test_no_module_of_faults_remembers_anything() -> None:
    for path in (ROOT / "strategies" / "faults").glob("*.py"):
        assert "global " not in path.read_text(encoding="utf-8")
