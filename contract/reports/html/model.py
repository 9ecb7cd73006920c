"""What the page shows, worked out before it is drawn: the verdict, the findings by rule, the coverage, the figures."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from ....schemas.coverage import Dimension
from ....schemas.rules import RULES, Rule, Severity
from ...exchange import Reason
from ...findings import State
from .. import sentences
from ..verdict import NOTHING, SELFTEST, outlook
from .texts import percent, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...coverage import Coverage
    from ...ending import Ending
    from ...report import Group, Report
    from ..base import About

_FEW: Final = 5
"""Gaps of one dimension that are told where not all are wanted."""

_DIMENSIONS: Final = {
    Dimension.PARAMETER: "Values of parameters",
    Dimension.PAIR: "Pairs of parameters",
    Dimension.STATUS: "Status codes",
    Dimension.FIELD: "Fields",
    Dimension.VALUE: "Values of vocabularies",
    Dimension.BOUND: "Sides of bounds",
    Dimension.BRANCH: "Alternatives",
    Dimension.CHANNEL: "Fields by channel",
    Dimension.RULE: "Rules put to the test",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the run amounts to, seen at once."""

    tone: str
    """A class of the style sheet: `fail`, `unsure`, `accepted` or `pass`."""
    sign: str
    headline: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, with a name."""

    name: str
    count: int
    whole: int
    tone: str = "plain"

    @property
    def width(self) -> str:
        """The length of its bar."""
        return f"{100 * self.count / self.whole:.2f}%" if self.whole else "0"

    @property
    def percent(self) -> str:
        """In words."""
        return percent(self.count, self.whole)


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule with the groups of its findings."""

    rule: Rule
    severity: Severity
    groups: Sequence[Group]

    @property
    def count(self) -> int:
        """Places."""
        return sum(group.count for group in self.groups)


@dataclass(frozen=True, slots=True)
class Covered:
    """One dimension of the contract: how much of it was seen, and what was not, in words."""

    share: Share
    gaps: Sequence[str]
    more: int


@dataclass(frozen=True, slots=True)
class Findings:
    """The findings that are shown, and how many are not."""

    broken: Sequence[Broken]
    accepted: Sequence[Broken]
    more_groups: int
    more_places: int


def verdict_of(report: Report, about: About, ending: Ending) -> Verdict:
    """The verdict that every form of report gives, as a headline, and what it rests on.

    >>> from interpact.contract.ending import COMPLETE
    >>> from interpact.contract.report import Report
    >>> from interpact.contract.reports.base import About
    >>> verdict_of(Report(), About(), COMPLETE).headline
    'Nothing was checked'
    """
    found = outlook(report, about, ending)
    is_own = about.fuzzed is None and about.command != SELFTEST
    sentence = _sentence(report, ending) if is_own else " ".join(sentences.run(report, about, ending))
    if found.state is State.FAIL:
        return Verdict("fail", "cross", _broken(report, about, ending), sentence)
    if found.state is State.UNCHECKED:
        headline = "Nothing was checked" if NOTHING in found.because else "Not everything was checked"
        return Verdict("unsure", "mark", headline, sentence)
    if any(group.accepted and group.severity.reaches(about.fail_on) for group in report.found.values()):
        return Verdict("accepted", "mark", "Nothing new is broken", sentence)
    return Verdict("pass", "tick", "The contract is kept" if about.command != SELFTEST else "All is found", sentence)


def shares_of(report: Report) -> list[Share]:
    """The verdicts on exchanges of the operation."""
    counts = {
        ("passed", "pass"): report.states[State.PASS.value],
        ("failed", "fail"): report.states[State.FAIL.value] - report.forgiven,
        ("accepted", "accepted"): report.forgiven,
        ("unchecked", "unchecked"): report.states[State.UNCHECKED.value] - report.others,
    }
    return [Share(name, count, report.exchanges, tone) for (name, tone), count in counts.items()]


def findings_of(report: Report, most: int) -> Findings:
    """At most so many groups of findings, by rule, worst first; accepted ones apart and last."""
    groups = sorted(report.groups(), key=lambda group: group.accepted)
    shown, rest = groups[:most], groups[most:]
    return Findings(
        list(_by_rule([group for group in shown if not group.accepted])),
        list(_by_rule([group for group in shown if group.accepted])),
        len(rest),
        sum(group.count for group in rest),
    )


def reasons_of(report: Report) -> list[Share]:
    """Why exchanges of the operation were not judged, most frequent first."""
    found = {why: count for why, count in report.reasons.items() if why != Reason.OTHER_OPERATION.value}
    pairs = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return [Share(why, count, report.exchanges) for why, count in pairs]


def coverage_of(coverage: Coverage, *, every_gap: bool) -> list[Covered]:
    """The dimensions of the contract in the order of its points."""
    points = {dimension: [one for one in coverage.points() if one.dimension is dimension] for dimension in Dimension}
    found: list[Covered] = []
    for dimension, every in ((one, some) for one, some in points.items() if some):
        gaps = [point.gap for point in every if not point.is_seen(coverage.counts)]
        shown = gaps if every_gap else gaps[:_FEW]
        share = Share(_DIMENSIONS[dimension], len(every) - len(gaps), len(every))
        found.append(Covered(share, shown, len(gaps) - len(shown)))
    return found


def _broken(report: Report, about: About, ending: Ending) -> str:
    if any(about.fails(group) for group in report.found.values()):
        return "The contract is broken"
    broken = sum(gate.kept is False for gate in ending.gates)
    return "A gate is broken" if broken == 1 else f"{broken} gates are broken"


def _by_rule(groups: Sequence[Group]) -> Iterator[Broken]:
    for (code, severity), found in groupby(groups, key=lambda group: (group.code, group.severity)):
        yield Broken(RULES[code], severity, list(found))


def _sentence(report: Report, ending: Ending) -> str:
    parts = [_judged(report)]
    kinds = len(report.found)
    if kinds:
        counts = [plural(report.count(one), one.value) for one in reversed(Severity) if report.count(one)]
        parts.append(f"{_listed(counts)} of {plural(kinds, 'kind')}.")
    if report.forgiven:
        failures = plural(report.forgiven, "failing exchange")
        parts.append(f"The baseline accepts {failures}; {'it does' if report.forgiven == 1 else 'they do'} not pass.")
    if report.problem_count:
        parts.append(f"{plural(report.problem_count, 'input or entry', 'inputs or entries')} could not be read.")
    if ending.interrupted:
        parts.append("The run was interrupted: this is what was found so far.")
    return " ".join(parts)


def _judged(report: Report) -> str:
    if not report.judged:
        return "No exchange of the operation had a body that could be judged."
    passed, judged = report.states[State.PASS.value], report.judged
    if passed == judged:
        return f"{plural(judged, 'exchange')} {'passes' if judged == 1 else 'pass'}."
    failed = judged - passed
    return f"{failed:,} of {plural(judged, 'exchange')} {'fails' if failed == 1 else 'fail'}."


def _listed(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
