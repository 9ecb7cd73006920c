"""What a run found, small enough to keep, send and merge: counts, groups of findings with a few samples, problems."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Final

import msgspec

from ..schemas.rules import Part, Severity
from .coverage import Coverage
from .exchange import Reason
from .findings import Finding, Outcome, State, fingerprint, reasons, states
from .readers.base import Problem
from .recordings import again
from .statistics import Statistics, merged_statistics
from .tolerance import Tally, take

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .settings import Settings

SAMPLES: Final = 3
"""Findings that a group keeps."""

_MOST_GROUPS: Final = 2_000
_MOST_PROBLEMS: Final = 1_000
_MOST_NAMES: Final = 100
ELSEWHERE: Final = "/..."
"""Where findings are counted once there are too many kinds of places to tell apart."""

Key = tuple[str, Part, str]


class Group(msgspec.Struct):
    """The findings of one rule at one kind of place: how many, in how many exchanges, and the first few."""

    code: str
    severity: Severity
    part: Part
    where: str
    count: int = 0
    exchanges: int = 0
    accepted: bool = False
    """Whether a baseline accepts all of these findings."""
    samples: list[Finding] = msgspec.field(default_factory=list[Finding])

    @property
    def fingerprint(self) -> str:
        """The fingerprint of every finding of the group."""
        return fingerprint(self.code, self.part, self.where)

    def sort_key(self) -> tuple[int, str, str, str]:
        """Worst first, then by code and place."""
        return (-self.severity.rank, self.code, self.part.value, self.where)


class Report(msgspec.Struct):
    """What was found so far; `add` takes the outcome of a batch, `merge` another report.

    >>> from interpact.contract.checker import check
    >>> from interpact.contract.exchange import Exchange, Place, Response
    >>> report = Report()
    >>> report.add(check([Exchange(Place("a.json"), response=Response.of("[]"))]))
    >>> report.states["fail"], report.groups()[0].code
    (1, 'IP101')
    """

    inputs: int = 0
    states: Counter[str] = msgspec.field(default_factory=Counter[str])
    reasons: Counter[str] = msgspec.field(default_factory=Counter[str])
    problems: list[Problem] = msgspec.field(default_factory=list[Problem])
    problem_count: int = 0
    skipped: int = 0
    skipped_names: list[str] = msgspec.field(default_factory=list[str])
    forgiven: int = 0
    """Of the exchanges that fail, those whose findings a baseline accepts; they do not count as passed."""
    tallies: dict[str, Tally] = msgspec.field(default_factory=dict[str, Tally])
    """What was counted for each tolerance, by its name."""
    found: dict[Key, Group] = msgspec.field(default_factory=dict[Key, Group])
    coverage: Coverage = msgspec.field(default_factory=Coverage)
    recordings: dict[str, Finding] = msgspec.field(default_factory=dict[str, Finding])
    """The first recording of each exchange (`recordings.again`)."""
    statistics: Statistics | None = None
    """The figures of those exchanges for which they were asked."""

    @property
    def exchanges(self) -> int:
        """Exchanges of the contracted operation that were seen."""
        return self.states.total() - self.others

    @property
    def others(self) -> int:
        """Exchanges of other operations, which were passed over."""
        return self.reasons[Reason.OTHER_OPERATION.value]

    @property
    def judged(self) -> int:
        """Exchanges with a verdict of pass or fail."""
        return self.states[State.PASS.value] + self.states[State.FAIL.value]

    def groups(self) -> list[Group]:
        """The groups of findings, worst first."""
        return sorted(self.found.values(), key=Group.sort_key)

    def count(self, severity: Severity) -> int:
        """How many findings have this severity."""
        return sum(group.count for group in self.found.values() if group.severity is severity)

    def completed(self, outcome: Outcome) -> Outcome:
        """The outcome of a batch with what is found only by comparing it with those before; `add` does the same."""
        if not outcome.recordings:
            return outcome
        findings = (*outcome.findings, *self._copies(outcome.recordings))
        return msgspec.structs.replace(outcome, findings=findings, recordings=())

    def add(self, outcome: Outcome) -> None:
        """Take in what checking a batch gave."""
        outcome = self.completed(outcome)
        self.states.update(states(outcome.verdicts))
        self.reasons.update(reasons(outcome.verdicts))
        self.forgiven += outcome.forgiven
        take(self.tallies, outcome.tallies)
        self.coverage.merge(outcome.coverage)
        self.statistics = merged_statistics(self.statistics, outcome.statistics)
        last: dict[Key, int] = {}
        for finding in outcome.findings:
            group = self._group(finding.code, finding.severity, finding.part, finding.where)
            key = (group.code, group.part, group.where)
            group.accepted = finding.accepted and (group.accepted or not group.count)
            group.count += 1
            group.exchanges += last.get(key) != finding.exchange
            last[key] = finding.exchange
            if len(group.samples) < SAMPLES:
                group.samples.append(finding)

    def _copies(self, recordings: Iterable[tuple[str, Finding]]) -> tuple[Finding, ...]:
        found = (again(self.recordings, identity, finding) for identity, finding in recordings)
        return tuple(one for one in found if one is not None)

    def shortened(self, recordings: int) -> Report:
        """The same, but no more than so many recordings to be compared with those of other reports."""
        return msgspec.structs.replace(self, recordings=dict(islice(self.recordings.items(), recordings)))

    def add_problem(self, problem: Problem) -> None:
        """Take in an input, or an entry of one, that could not be read."""
        self.problem_count += 1
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(problem)

    def add_skipped(self, name: str) -> None:
        """Take in a file of a folder that was passed over."""
        self.skipped += 1
        if len(self.skipped_names) < _MOST_NAMES:
            self.skipped_names.append(name)

    def merge(self, other: Report) -> None:
        """Take in another report, whose exchanges come after those of this one."""
        self.inputs += other.inputs
        for mine, theirs in ((self.states, other.states), (self.reasons, other.reasons)):
            mine.update(theirs)
        self.forgiven += other.forgiven
        take(self.tallies, other.tallies)
        self.skipped += other.skipped
        self.skipped_names += other.skipped_names[: _MOST_NAMES - len(self.skipped_names)]
        self._merge_problems(other)
        self.coverage.merge(other.coverage)
        self.statistics = merged_statistics(self.statistics, other.statistics)
        self.add(Outcome((), self._copies(other.recordings.items())))
        for theirs in other.found.values():
            group = self._group(theirs.code, theirs.severity, theirs.part, theirs.where)
            group.accepted = theirs.accepted and (group.accepted or not group.count)
            group.count += theirs.count
            group.exchanges += theirs.exchanges
            group.samples += theirs.samples[: SAMPLES - len(group.samples)]

    def _merge_problems(self, other: Report) -> None:
        self.problem_count += other.problem_count
        self.problems += other.problems[: _MOST_PROBLEMS - len(self.problems)]

    def _group(self, code: str, severity: Severity, part: Part, where: str) -> Group:
        full = len(self.found) >= _MOST_GROUPS and (code, part, where) not in self.found
        place = ELSEWHERE if full else where
        return self.found.setdefault((code, part, place), Group(code, severity, part, place))


def failing(report: Report, settings: Settings) -> list[Group]:
    """The groups of findings by which exchanges fail, worst first, without those that a baseline accepts.

    >>> from interpact.contract.settings import Settings
    >>> failing(Report(), Settings())
    []
    """
    return [one for one in report.groups() if settings.fails(one.code, one.severity) and not one.accepted]


def moved(report: Report, lines: int) -> Report:
    """The same report where so many lines come before what its places were counted from.

    >>> from interpact.contract.exchange import Place
    >>> from interpact.contract.readers.base import Problem
    >>> moved(Report(problems=[Problem(Place("a.ndjson", None, 3), "cut")]), 10).problems[0].place.line
    13
    """
    if not lines:
        return report
    problems = [msgspec.structs.replace(one, place=one.place.moved(lines)) for one in report.problems]
    found = {
        key: msgspec.structs.replace(group, samples=[one.moved(lines) for one in group.samples])
        for key, group in report.found.items()
    }
    recordings = {identity: one.moved(lines) for identity, one in report.recordings.items()}
    return msgspec.structs.replace(report, problems=problems, found=found, recordings=recordings)


def merged(reports: Iterable[Report]) -> Report:
    """One report of several, in their order.

    >>> merged([Report(inputs=1), Report(inputs=2)]).inputs
    3
    """
    total = Report()
    for report in reports:
        total.merge(report)
    return total
