"""A fuzzing run: learn the customers, try every probe, compare with the model, confirm before anything is reported."""

from __future__ import annotations

import random
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from ...schemas import model
from ...schemas.asked import Asked, read
from ...schemas.document import operation
from ...schemas.population import Customers, identifier_key
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
from ...schemas.rules import Part, Profile, Severity
from ...strategies import probes as tries
from ...strategies.probes import Probe
from .budget import BudgetSpent
from .credentials import NEAR
from .engine import explore
from .events import End, Finished, PhaseStarted
from .hearing import Hearing, Tried
from .pulse import Gone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ..settings import Settings
    from .client import Client
    from .customers import Customer
    from .discoveries import Discoveries
    from .events import Explored
    from .heard import Heard

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
_AT_ONCE: Final = 8
"""Requests that are sent at the same moment, to see whether they disturb each other."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is about: who is known, what is promised, by which seed, with how many workers."""

    customers: Sequence[Customer]
    settings: Settings
    seed: int = 0
    workers: int = 2
    examples: int = 100
    """Requests that Schemathesis makes up."""
    authenticated: bool = False
    until: frozenset[str] | None = None
    """Rules one of which ends the run when it is found broken; any error, if it is empty."""

    @property
    def strict(self) -> bool:
        """Whether every clause of reference-behaviour is asked for."""
        return self.settings.profile is Profile.STRICT


class Session:
    """One run against one endpoint. What was found so far is in `found`, whatever happens."""

    def __init__(
        self,
        client: Client,
        plan: Plan,
        tell: Callable[[str], None] = lambda _: None,
        keep: Callable[[Heard, bool], None] | None = None,
    ) -> None:
        self._plan = plan
        self._tell = tell
        self._hearing = Hearing(client, plan.settings, plan.workers, keep)
        self._chance = random.Random(plan.seed)  # noqa: S311 - the same seed gives the same requests
        self._known: dict[int, tuple[Probe, Seen]] = {}
        self._told: dict[int, dict[str, Any]] = {}
        self._earlier: deque[tuple[int, tuple[Probe, Seen]]] = deque(maxlen=_EARLIER)
        self._confirmed: Counter[str] = Counter()
        self._people = Customers()
        self._client = client
        self._index = {
            (kind, identifier_key(kind, value)): index
            for index, customer in enumerate(plan.customers)
            for kind, value in customer.items()
        }
        self._owners = Owners()
        self._persons: dict[int | None, int | None] = {}
        self.ended: str | None = None
        """Why the run could not go on, if the endpoint went away."""

    @property
    def found(self) -> Discoveries:
        """What was found so far."""
        return self._hearing.found

    def run(self, only: Sequence[Probe] | None = None) -> Discoveries:
        """Do all that the budget allows, or try these probes only."""
        try:
            self._learn()
            for name, probes in self._phases() if only is None else [("replay", only)]:
                self._tell(name)
                for tried in self._hearing.all(probes):
                    self._judge(tried)
                    if self._is_enough():
                        return self.found
            if only is None:
                self._explore()
        except BudgetSpent as spent:
            self.found.unchecked["the rest of the probes"] = str(spent)
        except Gone as gone:
            self.ended = str(gone)
            self._hearing.forget_misses()
        finally:
            self._hearing.finish()
        return self.found

    def _is_enough(self) -> bool:
        until = self._plan.until
        if until is None:
            return False
        errors = {group.code for group in self.found.report.found.values() if group.severity is Severity.ERROR}
        return bool(errors & until) if until else bool(errors)

    def planned(self) -> Iterator[Probe]:
        """What `run` would send of its own, learning left aside; Schemathesis' requests are not known before."""
        yield from tries.reads(self._plan.customers)
        for _, probes in self._phases(at_once=False):
            yield from (probe for probe in probes if self._plan.strict or not probe.strict)

    def _phases(self, *, at_once: bool = True) -> Iterator[tuple[str, Iterable[Probe]]]:
        chance, known = self._chance, self._plan.customers
        if at_once:
            yield "at the same time", self._at_once()
        yield "protocol", tries.protocol(known, chance)
        if self._plan.authenticated:
            yield "credentials", tries.credentials(known, chance, NEAR)
        yield "refusals", tries.refusals(known, chance)
        yield (
            "relations",
            _interleaved(
                tries.filters(known, chance),
                tries.spellings(known, chance),
                tries.strangers(known, chance),
                tries.contradictions(known, chance),
                tries.reads(known),
            ),
        )

    def _explore(self) -> None:
        """Let Schemathesis ask in all its ways; its requests are compared with the model as well."""
        if not self._plan.examples:
            return
        events = explore(
            self._client,
            judge=self._judge_explored,
            seed=self._plan.seed,
            examples=self._plan.examples,
            workers=self._plan.workers,
            customers=self._plan.customers,
        )
        for event in events:
            if isinstance(event, PhaseStarted):
                self._tell(f"Schemathesis, {event.phase.value}")
            if isinstance(event, Finished) and event.end is End.GONE:
                self.ended = event.reason
            elif isinstance(event, Finished) and event.end is End.STOPPED:
                self.found.unchecked["the rest of Schemathesis' phases"] = event.reason

    def _judge_explored(self, explored: Explored) -> list[str]:
        """The rules that an answer breaks, so that Schemathesis makes the request small that shows it."""
        path, _, query = explored.ask.target.partition("?")
        owner = self._subject(query)
        probe = Probe(
            what=f"Schemathesis, {explored.phase.value}: {explored.about}",
            rule=_rule_of(explored.ask.method, path, self._asked(query), known=owner is not None),
            query=query,
            customer=owner,
            method=explored.ask.method,
            path=path,
            headers=explored.ask.headers,
        )
        tried = self._hearing.heard(probe, explored.heard)
        before = len(self.found.report.found)
        self._judge(tried)
        self._hearing.finish()
        now = list(self.found.report.found)
        return [key[0] for key in now[before:]] or [
            key[0] for key, one in self.found.witnesses.items() if one.probe is probe
        ]

    def _asked(self, query: str) -> bool:
        """Whether a query can be answered at all."""
        return isinstance(read(query.encode()), Asked)

    def _subject(self, query: str) -> int | None:
        """The known customer whom a query names."""
        asked = read(query.encode())
        if not isinstance(asked, Asked):
            return None
        key = identifier_key(asked.kind, asked.value)
        return self._index.get((asked.kind, key))

    def _learn(self) -> None:
        """Read every customer by every identifier; what the first of them gives the others must give."""
        self._tell("reading the known customers")
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

    def _at_once(self) -> Iterator[Probe]:
        """The same reads again, many of them at the same moment."""
        plain = [probe for probe, _ in self._known.values()]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for _ in range(5):
                some = self._chance.choices(plain, k=2 * _AT_ONCE) if plain else []
                for tried in pool.map(self._hearing.one, some):
                    self._judge(tried)
        return iter(())

    def _judge(self, tried: Tried) -> None:
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
        about = {probe.customer, self._subject(probe.query)}
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


def _rule_of(method: str, path: str, valid: bool, *, known: bool) -> str:  # noqa: FBT001 - one of two questions
    """The rule that a wrong answer to a request of this kind breaks."""
    if path != operation().path:
        return "IP321"
    if method == "HEAD":
        return "IP307"
    if method != operation().method:
        return "IP320"
    return "IP302" if valid and known else "IP310" if valid else "IP311"


def _came_and_went(wrong: Disagreement) -> Disagreement:
    if wrong.rule in {"IP317", "IP305"}:
        return wrong
    return Disagreement("IP306", wrong.part, wrong.pointer, wrong.expected, f"{wrong.actual}; not so a moment later")


def _interleaved(*streams: Iterable[Probe]) -> Iterator[Probe]:
    """One probe of each stream in turn, so that a budget cuts all of them alike."""
    for turn in zip_longest(*streams):
        yield from (probe for probe in turn if probe is not None)
