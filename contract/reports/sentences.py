"""What a run amounts to, in sentences that every report for people shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...schemas.rules import Severity
from ..ending import COMPLETE, Ending
from ..exchange import Reason
from ..findings import State
from .verdict import NOTHING, SELFTEST, plural, unread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..ending import Gate
    from ..report import Report
    from .base import About

NAMES: Final = 5
"""Files that are passed over and named."""
WITH_GAPS: Final = frozenset({"check", "fuzz"})
"""The commands that have `--coverage`."""
GAPS: Final = 10
"""Gaps of the coverage that are named, unless all are wanted."""
_DECIDED: Final = {True: "kept", False: "NOT KEPT", None: "note"}


def run(report: Report, about: About, ending: Ending = COMPLETE, quote: Callable[[str], str] = str) -> Iterator[str]:
    """All there is to say beside the findings; `quote` makes text that comes from elsewhere fit for its page."""
    if ending.interrupted:
        yield "interrupted: this is what was found so far"
    if about.command == SELFTEST:
        yield _selftest(ending, quote)
        return
    yield from summary(report, about, quote)


def summary(report: Report, about: About | None = None, quote: Callable[[str], str] = str) -> Iterator[str]:
    """Verdicts, how much of the contract was exercised where `about` is told, what was passed over, what was found.

    >>> from interpact.contract.report import Report
    >>> list(summary(Report()))
    ['0 exchanges: nothing was checked.']
    """
    fuzzed = None if about is None else about.fuzzed
    if fuzzed is None:
        yield exchanges(report)
    if about is not None:
        yield from coverage(report, about)
    if report.others:
        yield f"{plural(report.others, 'exchange')} of other operations passed over."
    if report.skipped:
        yield f"{plural(report.skipped, 'file')} in folders passed over, no captures: {_names(report, quote)}."
    if report.problem_count:
        yield f"{unread(report)}."
    yield from _accepted(report)
    if fuzzed is None:
        yield from _found(report)
        return
    yield from (f"not tested: {quote(what)}: {quote(why)}" for what, why in fuzzed.not_tested.items())
    if fuzzed.ended is not None:
        yield f"ended early: {quote(fuzzed.ended)}"
    made = f"{fuzzed.requests} requests in {fuzzed.seconds:.0f} s, profile {fuzzed.profile}, seed {fuzzed.seed}"
    yield f"{made}: {kinds(report) or ('nothing else found' if report.found else 'nothing found')}."
    yield from _explained(report)


def exchanges(report: Report) -> str:
    """How many exchanges have which verdict, and why how many have none."""
    reasons = {why: count for why, count in report.reasons.items() if why != Reason.OTHER_OPERATION.value}
    unchecked = sum(reasons.values())
    because = ", ".join(f"{count} {why}" for why, count in sorted(reasons.items()))
    parts = [f"{report.states[state.value]} {state.value}" for state in (State.PASS, State.FAIL)]
    if report.forgiven:
        parts[-1] += f" ({report.forgiven} of them accepted by the baseline)"
    parts += [f"{unchecked} unchecked ({because})"] if unchecked else []
    verdicts = ", ".join(parts) if report.judged or unchecked else NOTHING
    return f"{plural(report.exchanges, 'exchange')}: {verdicts}."


def coverage(report: Report, about: About) -> Iterator[str]:
    """How much of the contract was exercised."""
    if not report.judged:
        return
    named = "; --coverage names the gaps" if about.command in WITH_GAPS and not about.tells_gaps else ""
    seen, total = len(report.coverage.seen), len(report.coverage.points())
    yield f"Contract coverage: {report.coverage.percent}% ({seen} of {total} points{named})."


def gate(one: Gate, quote: Callable[[str], str] = str) -> str:
    """What was asked of the run as a whole, and whether that was kept.

    >>> from interpact.contract.ending import Gate
    >>> gate(Gate(name="fail-under", kept=False, message="12% of the contract was covered"))
    'NOT KEPT fail-under: 12% of the contract was covered'
    """
    return f"{_DECIDED[one.kept]} {quote(one.name)}: {quote(one.message)}"


def kinds(report: Report) -> str:
    """How many kinds of findings of each severity there are that no baseline accepts."""
    open_ones = [group for group in report.found.values() if not group.accepted]
    counts = {one: sum(group.severity is one for group in open_ones) for one in reversed(Severity)}
    return ", ".join(f"{plural(count, 'kind')} of {one.value}" for one, count in counts.items() if count)


def _selftest(ending: Ending, quote: Callable[[str], str]) -> str:
    wrong = [quote(one.name) for one in ending.gates if not one.kept]
    right = len(ending.gates) - len(wrong)
    return f"{right} of {len(ending.gates)} as it should be" + (f"; not so: {', '.join(wrong)}" if wrong else "")


def _accepted(report: Report) -> Iterator[str]:
    accepted = sum(group.accepted for group in report.found.values())
    if accepted:
        yield f"{plural(accepted, 'kind')} of findings accepted by the baseline, and not counted as passed."


def _found(report: Report) -> Iterator[str]:
    found = [group for group in report.found.values() if not group.accepted]
    counts = {one: sum(group.count for group in found if group.severity is one) for one in reversed(Severity)}
    counted = ", ".join(plural(count, one.value) for one, count in counts.items() if count)
    if counted:
        yield " ".join([f"{counted}.", *_explained(report)])


def _explained(report: Report) -> Iterator[str]:
    worst = next((group for group in report.groups() if not group.accepted), None)
    if worst is not None:
        yield f"`interpact explain {worst.code}` tells why, and what to do."


def _names(report: Report, quote: Callable[[str], str]) -> str:
    shown = [quote(name) for name in report.skipped_names[:NAMES]]
    return ", ".join(shown) + (", ..." if report.skipped > len(shown) else "")
