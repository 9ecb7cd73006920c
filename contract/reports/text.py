"""The report for people: one line a finding, worst first, and what the run amounts to."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final

from rich.console import Console
from rich.text import Text

from ...schemas.rules import Severity
from ..ending import COMPLETE, Ending, Gate
from ..runner import Checked
from . import sentences
from .covered import by_dimension
from .document import listed, text, where
from .verdict import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..findings import Finding
    from ..readers.base import Problem
    from ..report import Group, Report
    from ..runner import Event
    from .base import About

_STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_KEPT: Final = {True: "green", False: "bold red", None: "yellow"}


class TextReport:
    """Writes to a file, or to a console; with `all_places` every finding as it is met, otherwise a line a group.

    A `brief` one has no findings, only what the run amounts to.
    """

    def __init__(self, out: IO[bytes] | Console, about: About, *, brief: bool = False) -> None:
        self._out = out
        self._about = about
        self._brief = brief
        self._left = about.max_findings
        self._gates = 0

    def hear(self, event: Event | Gate) -> None:
        """Print a gate, and the places of a batch if every place was asked for."""
        if isinstance(event, Gate):
            self._gates += 1
            self._print(_gate(event))
        elif isinstance(event, Checked) and self._about.all_places and not self._brief:
            shown = event.outcome.findings[: max(self._left, 0)]
            self._left -= len(event.outcome.findings)
            for finding in shown:
                self._print(_line(finding))

    def finish(self, report: Report, ending: Ending = COMPLETE) -> None:
        """Print the groups, what could not be read, and what the run amounts to."""
        if not self._brief:
            self._print_findings(report)
        for gate in ending.gates[self._gates :]:
            self._print(_gate(gate))
        for line in by_dimension(report.coverage, self._about) if self._about.tells_gaps else ():
            self._print(Text(line))
        for line in sentences.run(report, self._about, ending, text):
            self._print(Text(line))

    def _print_findings(self, report: Report) -> None:
        if not self._about.all_places:
            self._print_groups(listed(report))
        for problem in report.problems:
            self._print(_problem(problem))
        if self._left < 0:
            self._print(Text(f"... {-self._left} more; --max-findings shows more of them", "dim"))

    def _print_groups(self, groups: list[Group]) -> None:
        for group in groups[: self._left]:
            for line in self._lines(group):
                self._print(line)
        self._left -= len(groups)

    def _lines(self, group: Group) -> Iterator[Text]:
        fuzzed = self._about.fuzzed
        if fuzzed is None:
            yield _line(group.samples[0]).append(_more(group), "dim")
            return
        yield _kind(group)
        witness = fuzzed.witness(group)
        if witness is not None:
            what, curl = witness.told
            yield Text(f"  shown by: {what}")
            yield Text(f"  {curl}")

    def _print(self, line: Text) -> None:
        if isinstance(self._out, Console):
            self._out.print(line, soft_wrap=True, highlight=False)
        else:
            self._out.write(f"{line.plain}\n".encode())


def _line(finding: Finding) -> Text:
    return Text.assemble(
        (f"{text(str(finding.place))} ", "bold"),
        f"{where(finding.part, finding.pointer)} ",
        (f"{finding.severity.value} {finding.code} ", _STYLES[finding.severity]),
        f"{finding.rule.slug}: expected {text(finding.expected)}, got {text(finding.actual)}",
        (f" [request {text(finding.correlation)}]" if finding.correlation else "", "dim"),
        (" [accepted]" if finding.accepted else "", "dim"),
    )


def _kind(group: Group) -> Text:
    """A group of findings of a live implementation, which have no place in a file."""
    finding = group.samples[0]
    times = "" if group.count == 1 else f" ({group.count} times)"
    said = (
        f"{where(finding.part, finding.pointer)}: expected {text(finding.expected)}, got {text(finding.actual)}{times}"
    )
    return Text.assemble(
        (f"{group.severity.value} {group.code} {finding.rule.slug}: {said}", _STYLES[group.severity]),
        (" [accepted]" if group.accepted else "", "dim"),
    )


def _more(group: Group) -> str:
    if group.count == 1:
        return ""
    return f" ({plural(group.count, 'place')} in {plural(group.exchanges, 'exchange')})"


def _problem(problem: Problem) -> Text:
    return Text.assemble(
        (f"{text(str(problem.place))} ", "bold"), ("not read: ", "bold magenta"), text(problem.message)
    )


def _gate(gate: Gate) -> Text:
    return Text(sentences.gate(gate, text), _KEPT[gate.kept])
