"""Answers are compared with each other and with the model; a difference is confirmed before it is reported."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ...schemas import model
from ...schemas.asked import Asked, pairs, read
from ...schemas.population import IDENTIFIERS, Customers, identifier_key
from ...schemas.relations import (
    Disagreement,
    Owners,
    Seen,
    ambiguous_networks,
    disagreements,
    indiscretions,
    is_answer,
    learned,
    messages_of,
    rest_of,
)
from ...schemas.rules import Part
from ...strategies import probes as tries

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ...strategies.probes import Probe
    from .customers import Customer
    from .hearing import Hearing, Tried
    from .plan import Plan

_OK: Final = 200
_SELECTING: Final = frozenset({"IP302", "IP303", "IP304"})
"""Rules whose probes ask for messages of the customer that they are about."""
_ATTEMPTS: Final = 3
"""How often a difference is looked at again while the population changes."""
_SURE: Final = 5
"""Confirmed differences of one rule, after which further ones are told at once."""
_EARLIER: Final = 20
"""States of customers before a change that are remembered."""
_SAME: Final = ("the answer to an equal request", "another one")


class Comparing:
    """What is known of the customers, and how an answer compares with it. It asks on its own to make sure."""

    def __init__(self, hearing: Hearing, plan: Plan) -> None:
        self._hearing = hearing
        self._plan = plan
        self._confirmed: Counter[str] = Counter()
        self._index = {
            (kind, identifier_key(kind, value)): index
            for index, customer in enumerate(plan.customers)
            for kind, value in customer.items()
        }
        self._forget()

    def _forget(self) -> None:
        self._known: dict[int, tuple[Probe, Seen]] = {}
        self._told: dict[int, dict[str, Any]] = {}
        self._earlier: deque[tuple[int, tuple[Probe, Seen]]] = deque(maxlen=_EARLIER)
        self._people = Customers()
        self._owners = Owners()
        self._persons: dict[int | None, int | None] = {}

    @property
    def reads(self) -> list[Probe]:
        """The read of each customer with which other answers are compared."""
        return [probe for probe, _ in self._known.values()]

    def whom(self, query: str) -> int | None:
        """The known customer whom a query names."""
        asked = read(query.encode())
        if not isinstance(asked, Asked):
            return None
        key = identifier_key(asked.kind, asked.value)
        return self._index.get((asked.kind, key))

    def mentioned(self, query: str) -> int | None:
        """The known customer one of whose identifiers stands in a query, whether or not it can be answered."""
        values = {value.decode("utf-8", "replace").strip() for _, value in pairs(query.encode())}
        keys = ((kind, identifier_key(kind, value)) for value in values for kind in IDENTIFIERS)
        return next((self._index[key] for key in keys if key in self._index), None)

    def learn(self) -> None:
        """Read every customer by every identifier; what the first of them gives the others must give."""
        self._forget()
        for tried in self._hearing.all(tries.reads(self._plan.customers)):
            self._take_plain(tried)
        asked = [
            probe
            for index, (_, seen) in self._known.items()
            for probe in tries.by_network(self._plan.customers, index, ambiguous_networks(seen.body))
        ]
        for tried in self._hearing.all(asked):
            if tried.seen is not None and tried.probe.customer is not None:
                self._told.setdefault(tried.probe.customer, {})[tried.probe.network] = tried.seen.body
        self._remember()
        self._persons = _persons({index: seen for index, (_, seen) in self._known.items()}, self._plan.customers)
        for index, (probe, seen) in self._known.items():
            if self._persons[index] != index:
                continue
            for wrong in self._owners.learn(index, seen.body):
                self._hearing.report(probe, wrong)

    def _take_plain(self, tried: Tried) -> None:
        index, seen = tried.probe.customer, tried.seen
        if index is None or seen is None:
            return
        if not is_answer(seen):
            self._confirm(tried, [Disagreement("IP312", Part.STATUS, "", "200 and an answer", str(seen.status))])
        elif index not in self._known:
            self._known[index] = (tried.probe, seen)
        else:
            expected = model.Answer(_OK, self._known[index][1].body)
            self._confirm(tried, disagreements("IP303", expected, seen, strict=self._plan.strict))

    def _remember(self) -> None:
        self._people = Customers(
            learned(self._plan.customers[index], seen.body, self._told.get(index, {}))
            for index, (_, seen) in self._known.items()
        )

    def judge(self, tried: Tried) -> None:
        """Report what is wrong with an answer in the light of all that is known."""
        probe, seen = tried.probe, tried.seen
        if seen is None or (probe.strict and not self._plan.strict):
            return
        for indiscretion in indiscretions(seen, probe.values):
            self._hearing.report(probe, indiscretion)
        self._confirm(tried, self._differences(probe, seen))

    def _differences(self, probe: Probe, seen: Seen) -> list[Disagreement]:
        if probe.method == "HEAD" and probe.credentials == "right":
            return list(self._against_get(probe, seen))
        predicted = self._predicted(probe)
        if predicted is None:
            return []
        if probe.plain and probe.customer in self._known:
            unlike = self._unlike(probe, seen)
            if unlike is not None:
                return [unlike]
        if predicted.status == _OK and probe.rule in _SELECTING:
            foreign = self._owners.foreign(self._persons.get(probe.customer, probe.customer), seen.body)
            if foreign is not None:
                return [foreign]
        found = disagreements(probe.rule, predicted, seen, strict=self._plan.strict, also=probe.also)
        return [one for one in found if probe.method != "HEAD" or one.part is not Part.BODY]

    def _unlike(self, probe: Probe, seen: Seen) -> Disagreement | None:
        """An unfiltered answer that says something else beside its messages than the known one of its customer."""
        known_probe, known = self._known[probe.customer or 0]
        if known_probe == probe:
            same = known.body == seen.body or messages_of(known.body) != messages_of(seen.body)
            return None if same else Disagreement("IP306", Part.BODY, "", *_SAME)
        if self._plan.strict and rest_of(known.body) != rest_of(seen.body) and seen.status == _OK:
            return Disagreement("IP303", Part.BODY, "", *_SAME)
        return None

    def _predicted(self, probe: Probe) -> model.Answer | None:
        """What the model answers, knowing what was learned; `None` where too little was."""
        if probe.credentials != "right":
            return model.refusal(401, model.NO_ACCESS)
        if probe.rule in _SELECTING and probe.customer not in self._known:
            return None
        request = model.Request(probe.method, probe.path, probe.query.encode())
        return model.answer(self._people, request, model.Options(masked=False))

    def _against_get(self, probe: Probe, seen: Seen) -> Iterator[Disagreement]:
        """HEAD answers as GET would (RFC 9110 §9.3.2)."""
        other = self._hearing.one(replace(probe, method="GET", rule="IP312")).seen
        if other is None:
            return
        if other.status != seen.status:
            yield Disagreement(probe.rule, Part.STATUS, "", f"{other.status}, as for GET", str(seen.status))
        for name in ("content-type", "content-length"):
            if other.headers.get(name) != seen.headers.get(name):
                yield Disagreement(
                    probe.rule, Part.RESPONSE_HEADERS, f"/{name}", "the field of GET", "another, or none"
                )

    def _confirm(self, tried: Tried, wrong: Sequence[Disagreement]) -> None:
        """Report a difference if it is still there when nothing else has changed; one that comes and goes, as that."""
        probe, seen = tried.probe, tried.seen
        if not wrong or seen is None:
            return
        if self._confirmed[wrong[0].rule] >= _SURE:
            self._hearing.report(probe, *wrong)
            return
        state, still = "unchanged", list(wrong)
        for _ in range(_ATTEMPTS):
            state = self._reread(probe)
            again = self._hearing.one(probe).seen
            if again is None:
                return
            still = self._differences(probe, again) if self._known else list(wrong)
            if not still or state == "unstable":
                break
            if state == "unchanged" and self._reread(probe) == "unchanged":
                self._confirmed[still[0].rule] += 1
                self._hearing.report(probe, *still)
                return
        if state == "unstable" or (not still and not self._was_so(probe, seen)):
            self._hearing.report(probe, _came_and_went(wrong[0]))

    def _was_so(self, probe: Probe, seen: Seen) -> bool:
        """Whether an answer is right in the state that is known by now, or was in an earlier one."""
        if not self._differences(probe, seen):
            return True
        now = self._known
        try:
            return any(self._is_right({**now, index: before}, probe, seen) for index, before in self._earlier)
        finally:
            self._known = now
            self._remember()

    def _is_right(self, known: dict[int, tuple[Probe, Seen]], probe: Probe, seen: Seen) -> bool:
        self._known = known
        self._remember()
        return not self._differences(probe, seen)

    def _reread(self, probe: Probe) -> str:
        """Whether the unfiltered answers that a probe is about are `unchanged`, `changed`, or `unstable`."""
        about = {probe.customer, self.whom(probe.query)}
        states = {self._state_of(index) for index in about if index in self._known}
        return next((state for state in ("unstable", "changed") if state in states), "unchanged")

    def _state_of(self, index: int) -> str:
        probe, known = self._known[index]
        reads = [self._hearing.one(probe).seen for _ in range(3)]
        told = [messages_of(seen.body) for seen in reads if seen is not None]
        if not told:
            return "unchanged"
        changes = [one != other for one, other in zip([messages_of(known.body), *told], told, strict=False)]
        if not any(changes):
            return "unchanged"
        if sum(changes) > 1:
            return "unstable"
        self._relearn(index, probe, next(seen for seen in reversed(reads) if seen is not None))
        return "changed"

    def _relearn(self, index: int, probe: Probe, seen: Seen) -> None:
        """The population has changed: what follows is compared with the new state."""
        self._earlier.append((index, self._known[index]))
        self._known[index] = (probe, seen)
        networks = ambiguous_networks(seen.body)
        for asked in tries.by_network(self._plan.customers, index, networks):
            heard = self._hearing.one(asked).seen
            if heard is not None:
                self._told.setdefault(index, {})[asked.network] = heard.body
        self._remember()


def _persons(known: Mapping[int, Seen], customers: Sequence[Customer]) -> dict[int | None, int | None]:
    """For each customer the first one who is the same person: the same messages, known by other kinds of identifier."""
    persons: dict[int | None, int | None] = {}
    for index, seen in known.items():
        told = messages_of(seen.body)
        alike = (
            first
            for first, other in known.items()
            if first < index
            and told
            and messages_of(other.body) == told
            and not customers[first].keys() & customers[index]
        )
        persons[index] = next(alike, index)
    return persons


def _came_and_went(wrong: Disagreement) -> Disagreement:
    if wrong.rule in {"IP317", "IP305"}:
        return wrong
    return Disagreement("IP306", wrong.part, wrong.pointer, wrong.expected, f"{wrong.actual}; not so a moment later")
