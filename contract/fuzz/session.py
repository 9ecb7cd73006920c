"""A fuzzing run: learn the customers, try every probe, let Schemathesis explore; at once, or stage by stage."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from ...schemas.asked import Asked, read
from ...schemas.document import operation
from ...schemas.rules import Severity
from ...strategies.probes import Probe
from ..keep import NOTHING, Keep
from .budget import BudgetSpent
from .comparing import Comparing
from .engine import explore
from .events import End, Finished, Phase, PhaseStarted
from .hearing import Hearing
from .plan import Plan
from .pulse import Gone
from .stages import PHASES, Stage, chance_of, probes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence

    from .client import Client
    from .discoveries import Discoveries
    from .events import Explored
    from .heard import Heard

__all__ = ["Plan", "Session"]

_AT_ONCE: Final = 8
"""Requests that are sent at the same moment, to see whether they disturb each other."""
_OURS: Final = tuple(stage for stage in Stage if stage not in {Stage.CUSTOMERS, *PHASES})
"""The stages in which our own probes are tried."""


class Session:
    """One run against one endpoint. What was found so far is in `found`, whatever happens."""

    def __init__(
        self,
        client: Client,
        plan: Plan,
        tell: Callable[[str], None] = lambda _: None,
        save: Callable[[Heard, bool], None] | None = None,
        keep: Keep = NOTHING,
    ) -> None:
        self._client = client
        self._plan = plan
        self._tell = tell
        self._hearing = Hearing(client, plan.settings, plan.workers, save, keep)
        self._comparing = Comparing(self._hearing, plan)
        self._learned: Discoveries | None = None
        self.ended: str | None = None
        """Why the run could not go on, if the endpoint went away."""

    @property
    def found(self) -> Discoveries:
        """What was found so far."""
        return self._hearing.found

    def run(self, only: Sequence[Probe] | None = None) -> Discoveries:
        """Do all that the budget allows, or try these probes only."""
        with self._to_its_end():
            self._learn()
            if only is not None:
                self._tell("replay")
                self._judged(only)
            elif all(self._try(stage) for stage in _OURS):
                self._explore(tuple(Phase))
        return self.found

    def run_stage(self, stage: Stage) -> Discoveries:
        """Do one stage, as far as the budget allows, and return what was found in it and in no other.

        The customers are read before the first one: what is found in that belongs to `Stage.CUSTOMERS`, which returns
        it and does not read them again. The budget's time goes on for as long as this takes, and then pauses. Once
        the endpoint is gone nothing is sent, until `forget`.
        """
        self._client.budget.resume()
        try:
            self._learned = self._learned or self._part(self._learn)
            return self._learned if stage is Stage.CUSTOMERS else self._part(lambda: self._do(stage))
        finally:
            self._client.budget.pause()

    def forget(self) -> None:
        """Have the next stage read the customers anew, and find out whether the endpoint is there again."""
        self._learned = self.ended = None

    def planned(self) -> Iterator[Probe]:
        """What `run` would send of its own, learning left aside; Schemathesis' requests are not known before."""
        for stage in Stage:
            probes = probes_of(stage, self._plan)
            yield from (probe for probe in probes if self._plan.strict or not probe.strict)

    @contextmanager
    def _to_its_end(self) -> Generator[None]:
        """Do what is asked until it is done, the budget is spent or the endpoint is gone; then check what waits."""
        try:
            yield
        except BudgetSpent as spent:
            self._hearing.unchecked("the rest of the probes", str(spent))
        except Gone as gone:
            self.ended = str(gone)
            self._hearing.forget_misses()
        finally:
            self._hearing.finish()

    def _part(self, do: Callable[[], object]) -> Discoveries:
        part = self._hearing.begin()
        with self._to_its_end():
            do()
        return part

    def _do(self, stage: Stage) -> None:
        if self.ended is not None:
            return
        self._client.budget.look()
        if stage in PHASES:
            self._explore((PHASES[stage],))
        else:
            self._try(stage)

    def _learn(self) -> None:
        self._tell("reading the known customers")
        self._comparing.learn()

    def _try(self, stage: Stage) -> bool:
        """Try the probes of a stage; whether there is reason to go on."""
        self._tell(stage.value)
        if stage is Stage.AT_ONCE:
            self._at_once()
        return self._judged(probes_of(stage, self._plan))

    def _judged(self, probes: Iterable[Probe]) -> bool:
        for tried in self._hearing.all(probes):
            self._comparing.judge(tried)
            if self._is_enough():
                return False
        return True

    def _is_enough(self) -> bool:
        until = self._plan.until
        if until is None:
            return False
        errors = {group.code for group in self.found.report.found.values() if group.severity is Severity.ERROR}
        return bool(errors & until) if until else bool(errors)

    def _at_once(self) -> None:
        """The same reads again, many of them at the same moment."""
        plain, chance = self._comparing.reads, chance_of(Stage.AT_ONCE, self._plan.seed)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for _ in range(5 if plain else 0):
                for tried in pool.map(self._hearing.one, chance.choices(plain, k=2 * _AT_ONCE)):
                    self._comparing.judge(tried)

    def _explore(self, phases: Collection[Phase]) -> None:
        """Let Schemathesis ask in all its ways; its requests are compared with the model as well."""
        if not self._plan.examples:
            return
        events = explore(
            self._client,
            judge=self._judge_explored,
            seed=self._plan.seed,
            examples=self._plan.examples,
            phases=phases,
            workers=self._plan.workers,
            customers=self._plan.customers,
        )
        for event in events:
            if isinstance(event, PhaseStarted):
                self._tell(f"Schemathesis, {event.phase.value}")
            if isinstance(event, Finished) and event.end is End.GONE:
                self.ended = event.reason
            elif isinstance(event, Finished) and event.end is End.STOPPED:
                self._hearing.unchecked("the rest of Schemathesis' phases", event.reason)

    def _judge_explored(self, explored: Explored) -> list[str]:
        """The rules that an answer breaks, so that Schemathesis makes the request small that shows it."""
        path, _, query = explored.ask.target.partition("?")
        owner = self._comparing.whom(query)
        probe = Probe(
            what=f"Schemathesis, {explored.phase.value}: {explored.about}",
            rule=_rule_of(explored.ask.method, path, _is_valid(query), known=owner is not None),
            query=query,
            customer=owner,
            mentions=self._comparing.mentioned(query),
            method=explored.ask.method,
            path=path,
            headers=explored.ask.headers,
        )
        tried = self._hearing.heard(probe, explored.heard)
        before = len(self.found.report.found)
        self._comparing.judge(tried)
        self._hearing.finish()
        now = list(self.found.report.found)
        return [key[0] for key in now[before:]] or [
            key[0] for key, one in self.found.witnesses.items() if one.probe is probe
        ]


def _is_valid(query: str) -> bool:
    """Whether a query can be answered at all."""
    return isinstance(read(query.encode()), Asked)


def _rule_of(method: str, path: str, valid: bool, *, known: bool) -> str:  # noqa: FBT001 - one of two questions
    """The rule that a wrong answer to a request of this kind breaks."""
    if path != operation().path:
        return "IP321"
    if method == "HEAD":
        return "IP307"
    if method != operation().method:
        return "IP320"
    return "IP302" if valid and known else "IP310" if valid else "IP311"
