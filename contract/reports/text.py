"""The report for people: one line a finding, worst first, and what the run amounts to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from ...schemas.rules import Severity
from ..ending import COMPLETE, Ending
from ..exchange import Reason
from ..findings import Finding, State
from ..runner import Checked
from .covered import covered

if TYPE_CHECKING:
    from rich.console import Console

    from ..ending import Gate
    from ..readers.base import Problem
    from ..report import Group, Report
    from ..runner import Event
    from .base import About

_NAMES: Final = 5
"""Files that are passed over and named."""

_STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


class TextReport:
    """Writes to a console; with `all_places` every finding as it is met, otherwise one line a group at the end."""

    def __init__(self, console: Console, about: About) -> None:
        self._console = console
        self._all_places = about.all_places
        self._left = about.max_findings
        self._about = about

    def hear(self, event: Event) -> None:
        """Print the places of a batch, if every place was asked for."""
        if isinstance(event, Checked) and self._all_places:
            shown = event.outcome.findings[: max(self._left, 0)]
            self._left -= len(event.outcome.findings)
            for finding in shown:
                self._print(_line(finding))

    def finish(self, report: Report, ending: Ending = COMPLETE) -> None:
        """Print the groups, what could not be read, and the summary."""
        if not self._all_places:
            self._print_groups(report.groups())
        for problem in report.problems:
            self._print(_problem(problem))
        if self._left < 0:
            self._print(Text(f"... {-self._left} more; --max-findings shows more of them", "dim"))
        if ending.interrupted:
            self._print(Text("interrupted: this is what was found so far", "bold"))
        for line in (*summary(report), *(covered(report.coverage, self._about) if self._about.coverage else ())):
            self._print(Text(line))
        for gate in ending.gates:
            self._print(gate_line(gate))

    def _print_groups(self, groups: list[Group]) -> None:
        for group in groups[: self._left]:
            self._print(_line(group.samples[0]).append(_more(group), "dim"))
        self._left -= len(groups)

    def _print(self, line: Text) -> None:
        self._console.print(line, soft_wrap=True, highlight=False)


def summary(report: Report) -> list[str]:
    """What a run amounts to, in sentences.

    >>> from interpact.contract.report import Report
    >>> summary(Report())
    ['0 exchanges: nothing was checked.']
    """
    lines = [_exchanges(report)]
    if report.others:
        lines.append(f"{_plural(report.others, 'exchange')} of other operations passed over.")
    if report.skipped:
        lines.append(f"{_plural(report.skipped, 'file')} in folders passed over, no captures: {_names(report)}.")
    if report.problem_count:
        noun = "input or entry" if report.problem_count == 1 else "inputs or entries"
        lines.append(f"{report.problem_count} {noun} not read.")
    if report.found:
        worst = report.groups()[0].code
        counts = ", ".join(_plural(report.count(one), one.value) for one in reversed(Severity) if report.count(one))
        lines.append(f"{counts}. `interpact explain {worst}` tells why, and what to do.")
    return lines


def _names(report: Report) -> str:
    shown = report.skipped_names[:_NAMES]
    return ", ".join(shown) + (", ..." if report.skipped > len(shown) else "")


def _exchanges(report: Report) -> str:
    reasons = {why: count for why, count in report.reasons.items() if why != Reason.OTHER_OPERATION.value}
    unchecked = sum(reasons.values())
    because = ", ".join(f"{count} {why}" for why, count in sorted(reasons.items()))
    parts = [f"{report.states[state.value]} {state.value}" for state in (State.PASS, State.FAIL)]
    if report.forgiven:
        parts[-1] += f" ({report.forgiven} of them accepted by the baseline)"
    parts += [f"{unchecked} unchecked ({because})"] if unchecked else []
    verdicts = ", ".join(parts) if report.judged or unchecked else "nothing was checked"
    return f"{_plural(report.exchanges, 'exchange')}: {verdicts}."


def _line(finding: Finding) -> Text:
    part = "" if finding.part.value == "response.body" else f"{finding.part.value} "
    return Text.assemble(
        (f"{finding.place} ", "bold"),
        f"{part}{finding.pointer or '(whole)'} ",
        (f"{finding.severity.value} {finding.code} ", _STYLES[finding.severity]),
        f"{finding.rule.slug}: expected {finding.expected}, got {finding.actual}",
        (f" [request {finding.correlation}]" if finding.correlation else "", "dim"),
    )


def _more(group: Group) -> str:
    accepted = " (accepted by the baseline)" if group.accepted else ""
    if group.count == 1:
        return accepted
    return f"{accepted} ({_plural(group.count, 'place')} in {_plural(group.exchanges, 'exchange')})"


def gate_line(gate: Gate) -> Text:
    """What a gate says, in the colour of what became of it."""
    word, style = _ENDS[gate.kept]
    return Text.assemble((f"{word} {gate.name}: ", style), gate.message)


_ENDS: Final = {True: ("kept", "green"), False: ("FAIL", "bold red"), None: ("note", "cyan")}


def _problem(problem: Problem) -> Text:
    return Text.assemble((f"{problem.place} ", "bold"), ("not read: ", "bold magenta"), problem.message)


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
