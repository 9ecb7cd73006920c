"""A live implementation as tests: one for each stage of a run and kind of rule; a stage is run when its first is."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

import pytest

from ...schemas.rules import RULES, Kind
from ..explained import explained
from ..fuzz.launch import Aim, known_customers, open_client, plan_of
from ..fuzz.session import Session
from ..fuzz.stages import Stage, lacking
from ..fuzz.telling import Told
from ..packing import packed
from .accepting import accepted
from .given import options_of
from .items import ContractItem
from .sharing import Board, Failure, Outcome, StageReport, State, board_of, seed_of, usage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ..fuzz.client import Client
    from ..fuzz.discoveries import Discoveries
    from ..fuzz.plan import Plan
    from ..report import Group
    from ..settings import Settings
    from .reading import Options

__all__ = ["LiveCollector", "LiveItem", "live_nodes"]

NAME: Final = "interpact"
"""What the tests' ids begin with: the same against each endpoint, so that `--lf` and a list of known failures hold."""
_LACKING: Final = {
    "customers": "no customers are known; name them with --interpact-customers or --interpact-learn",
    "auth": "no credentials were given; see --interpact-auth",
    "examples": "no examples are wanted: --interpact-examples is 0",
}
_PROPERTY: Final = "interpact"
"""The property of a test that names a broken rule; `tally.py` gives other tests the same."""
_MOST: Final = 20
"""Requests that a failure shows."""


def live_nodes(session: pytest.Session, aim: Aim, settings: Settings) -> list[pytest.Collector]:
    """The collector of the tests of a live implementation. Nothing is sent before the first of them runs.

    Raises `pytest.UsageError` where what was asked for makes no sense.
    """
    with usage():
        return [LiveCollector.of(session, _asker(session.config, aim, settings))]


def _asker(config: pytest.Config, aim: Aim, settings: Settings) -> Asker:
    seeded = aim if aim.seed is not None else replace(aim, seed=seed_of(config))
    plan, board = plan_of(seeded, settings, known_customers(aim)), board_of(config)
    client = open_client(aim, board.rate)
    config.add_cleanup(client.close)
    return Asker(client, plan, aim, options_of(config), board)


def kinds_of(settings: Settings) -> tuple[Kind, ...]:
    """The kinds of rules that can fail a test, under the user's choices.

    >>> from interpact.contract.settings import Settings
    >>> [kind.value for kind in kinds_of(Settings(select=("IP1", "IP3")))]
    ['structure', 'relation']
    """
    asked = [rule for rule in RULES.values() if not rule.part.value.startswith("request.")]
    stakes = [(rule.kind, settings.severity(rule)) for rule in asked]
    able = {kind for kind, severity in stakes if severity is not None and severity.reaches(settings.fail_on)}
    return tuple(kind for kind in Kind if kind in able)


class LiveCollector(pytest.Collector):
    """All tests of one live implementation."""

    asker: Asker

    @classmethod
    def of(cls, session: pytest.Session, asker: Asker) -> LiveCollector:
        """The collector of what is asked by `asker`."""
        made = cls.from_parent(session, name=NAME, nodeid=NAME)  # pyright: ignore[reportUnknownMemberType]
        collector = cast("LiveCollector", made)
        collector.asker = asker
        return collector

    def collect(self) -> Iterator[pytest.Item]:
        """A test for each stage and each kind of rule that can fail."""
        kinds = kinds_of(self.asker.plan.settings)
        yield from (LiveItem.of(self, stage, kind) for stage in Stage for kind in kinds)


class LiveItem(ContractItem):
    """Whether the answers of one stage keep the rules of one kind."""

    stage: Stage
    kind: Kind
    asker: Asker
    interpact_stages: dict[str, StageReport]
    """What the stages that were run on its behalf add to the report of the run, until its next report takes it along.

    Those of a stage that is run again, by whichever test, take the place of what came before.
    """

    @classmethod
    def of(cls, parent: LiveCollector, stage: Stage, kind: Kind) -> LiveItem:
        """The test of a stage and a kind."""
        name = f"{stage.value.replace(' ', '-')}[{kind.value}]"
        # The id as a text, which pytest takes apart at the bracket as it does when `--lf` reads it from its cache.
        made = cls.from_parent(parent, name=name, nodeid=f"{NAME}::{name}")  # pyright: ignore[reportUnknownMemberType]
        item = cast("LiveItem", made)
        item.stage, item.kind, item.asker, item.interpact_stages = stage, kind, parent.asker, {}
        return item

    def reportinfo(self) -> tuple[Path, int, str]:
        """No file: what its id begins with; and a line, without which pytest cannot skip what a marker skips."""
        return self.path / NAME, 0, self.nodeid

    def runtest(self) -> None:
        """Fail with what was found; skip where too little could be tested to say that there is nothing."""
        outcome = self.asker.outcome(self)
        gone = [] if outcome.ended is None else [f"the endpoint went away: {outcome.ended}"]
        failure = outcome.failures.get(self.kind.value)
        self._name_rules([] if failure is None else failure.rules)
        told = gone if failure is None else [*gone, failure.text]
        if told:
            pytest.fail("\n\n".join(told), pytrace=False)
        if self.kind.value in outcome.accepted:
            pytest.xfail(outcome.accepted[self.kind.value])
        if outcome.untested is not None:
            pytest.skip(outcome.untested)

    def _name_rules(self, rules: Sequence[str]) -> None:
        """Tell in its properties, which JUnit XML has, which rules fail it, and not which did before it was rerun."""
        others = [one for one in self.user_properties if one[0] != _PROPERTY]
        self.user_properties[:] = [*others, *((_PROPERTY, rule) for rule in rules)]

    @property
    def is_rerun(self) -> bool:
        """Whether it ran before and is to be run anew, as pytest-rerunfailures does."""
        return getattr(self, "execution_count", 1) > 1


class Asker:
    """Runs the stages against one endpoint, each once for all tests and all processes."""

    def __init__(self, client: Client, plan: Plan, aim: Aim, options: Options, board: Board) -> None:
        self.plan = plan
        self._client = client
        self._aim = aim
        self._options = options
        self._board = board
        self._session = Session(client, plan, keep=options.keep)
        client.budget.pause()

    def outcome(self, item: LiveItem) -> Outcome:
        """What came of an item's stage. Who runs it takes along what that adds to the report of the run."""
        lack = lacking(item.stage, self.plan)
        if lack is not None:
            return Outcome(untested=_LACKING[lack])
        with self._board.turn() as state:
            if item.is_rerun:
                self._forget(item.stage, state)
            if state.ended is None and item.stage.value not in state.outcomes:
                self._run(item, state)
            return state.outcomes.get(item.stage.value) or Outcome(ended=state.ended)

    def _forget(self, stage: Stage, state: State) -> None:
        state.outcomes.pop(stage.value, None)
        state.ended = None
        if stage is Stage.CUSTOMERS:
            self._session.forget()

    def _run(self, item: LiveItem, state: State) -> None:
        """Run a stage, after the one that it needs; what another process has told already is told once."""
        if self._session.ended is not None:
            self._session.forget()
        self._client.budget.go_on(state.spent)
        try:
            for stage in dict.fromkeys((Stage.CUSTOMERS, item.stage)):
                found = self._found(stage)
                if stage.value not in state.outcomes:
                    state.outcomes[stage.value] = self._told(stage, found)
                    item.interpact_stages[stage.value] = StageReport(packed(found.report))
        finally:
            state.spent, state.ended = self._client.budget.spent, self._session.ended

    def _found(self, stage: Stage) -> Discoveries:
        """What a stage finds. Where warnings are errors, those of the libraries that we ask with are not."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self._session.run_stage(stage)

    def _told(self, stage: Stage, found: Discoveries) -> Outcome:
        settings = self.plan.settings
        told = Told(found, self._aim.url, self.plan.seed, 0, settings, None, self.plan.authenticated)
        failing = [group for group in told.groups if settings.fails(group.code, group.severity)]
        kinds = {kind: [group for group in failing if RULES[group.code].kind is kind] for kind in Kind}
        failures = {kind.value: _failure(told, groups) for kind, groups in kinds.items() if groups}
        return Outcome(failures, self._accepted(found), self._untested(stage, found), self._session.ended)

    def _accepted(self, found: Discoveries) -> dict[str, str]:
        """Until when the findings of each kind are accepted, and why."""
        groups = found.report.groups()
        kinds = {kind.value: [one for one in groups if RULES[one.code].kind is kind] for kind in Kind}
        told = {kind: accepted(some, self.plan.settings, self._options) for kind, some in kinds.items()}
        return {kind: reason for kind, reason in told.items() if reason}

    def _untested(self, stage: Stage, found: Discoveries) -> str | None:
        """Why it cannot be said that a stage is as it should be, though it found nothing."""
        why = list(dict.fromkeys(found.unchecked.values()))
        if stage is Stage.RELATIONS and not self.plan.customers:
            why.append(_LACKING["customers"])
        if not found.requests:
            return "; ".join(why) or "there was nothing to ask: no known customer was answered"
        number = f"{found.requests} request{'' if found.requests == 1 else 's'}"
        return "; ".join([*why, f"nothing was found in {number}"]) if why else None


def _failure(told: Told, groups: Sequence[Group]) -> Failure:
    rules = dict.fromkeys(f"{group.code} {RULES[group.code].slug}" for group in groups)
    return Failure(_text(told, groups), list(rules))


def _text(told: Told, groups: Sequence[Group]) -> str:
    """What was found, and how to see it again; fit for every terminal and every file."""
    again = f"again: --interpact-seed {told.seed}, the same options and the same customers give the same requests"
    lines = [explained(groups), *(line for group in groups[:_MOST] for line in _witness(told, group)), again]
    return "\n".join(lines).encode("utf-8", "backslashreplace").decode()


def _witness(told: Told, group: Group) -> Iterator[str]:
    witness = told.found.witnesses.get((group.code, group.part, group.where))
    if witness is not None:
        yield f"{group.code} is shown by: {witness.probe.what}"
        yield f"  {told.curl(witness.probe)}"
