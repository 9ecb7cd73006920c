"""The report for GitHub Actions: annotations as workflow commands, no more than are shown, and a step summary.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, Final

import msgspec

from ...schemas.rules import RULES, Severity
from ..ending import COMPLETE, Ending
from . import sentences
from .document import listed, text
from .markdown import page
from .places import file_of, is_below
from .verdict import outlook, plural
from .writing import StepSummary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ending import Gate
    from ..exchange import Place
    from ..report import Group, Report
    from ..runner import Event
    from .base import About

MOST: Final = 10
"""Annotations of one kind that a step shows; a job shows 50, more than the three kinds of one step
(https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations)."""
_TITLE: Final = 255
"""Characters of a title (`title` of the Checks API's annotations:
https://docs.github.com/en/rest/checks/runs#create-a-check-run)."""
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_OLD: Final = re.compile(r"##(?=\[)")
"""How commands of the first form begin, which the runner still looks for within a line."""


class Annotation(msgspec.Struct, frozen=True):
    """One workflow command."""

    level: str
    title: str
    message: str
    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        r"""The line that the runner reads.

        >>> print(Annotation("error", "IP213 offset-time", "expected 100%\n", "a,b.json", 7))
        ::error file=a%2Cb.json,line=7,title=IP213 offset-time::expected 100%25%0A
        """
        given = {"file": self.file, "line": self.line, "title": self.title[:_TITLE]}
        told = ",".join(f"{name}={_property(str(value))}" for name, value in given.items() if value is not None)
        return f"::{self.level} {told}::{_data(self.message)}"


class GithubReport:
    """Writes annotations when the run has ended, and adds its page to the step summary where GitHub asks for one."""

    def __init__(self, out: IO[bytes], about: About, summary: StepSummary | None = None) -> None:
        self._out = out
        self._about = about
        self._summary = StepSummary.asked() if summary is None else summary

    def hear(self, event: Event | Gate) -> None:
        """Everything that is told stands in the report of the run."""

    def finish(self, report: Report, ending: Ending = COMPLETE) -> None:
        """Write the annotations and the summary."""
        for annotation in annotated(report, self._about, ending):
            self._out.write(f"{annotation}\n".encode())
        if self._summary is not None:
            self._summary.add(page(report, self._about, ending, self._summary.room))


def annotated(report: Report, about: About, ending: Ending) -> Iterator[Annotation]:
    """The annotations of a run: the verdict, then of each level as many as are shown, the last for those left out."""
    found = outlook(report, about, ending)
    verdict = "; ".join(found.because) or " ".join(sentences.summary(report, about, text))
    yield Annotation("notice", f"interpact {about.command}: {found.state.value}", verdict)
    wanted = [*_of_run(report, ending), *_of_groups(report, about)]
    for level in _LEVELS.values():
        yield from _fitting([one for one in wanted if one.level == level], MOST - (level == "notice"))


def _fitting(found: list[Annotation], most: int) -> Iterator[Annotation]:
    if len(found) <= most:
        yield from found
        return
    yield from found[: most - 1]
    left = found[most - 1 :]
    titles = ", ".join(dict.fromkeys(one.title for one in left))
    yield Annotation(left[0].level, f"{plural(len(left), 'more annotation')}", text(titles))


def _of_run(report: Report, ending: Ending) -> Iterator[Annotation]:
    for gate in ending.gates:
        if not gate.kept:
            level = "error" if gate.kept is False else "warning"
            yield Annotation(level, text(gate.name), text(gate.message))
    for problem in report.problems:
        yield Annotation("error", "not read", f"{text(str(problem.place))}: {text(problem.message)}")


def _of_groups(report: Report, about: About) -> Iterator[Annotation]:
    for group in listed(report):
        if not group.accepted:
            yield _of(group, about)


def _of(group: Group, about: About) -> Annotation:
    first, rule = group.samples[0], RULES[group.code]
    times = "" if group.count == 1 else f" ({plural(group.count, 'place')} in {plural(group.exchanges, 'exchange')})"
    where = f"{text(str(first.place))} {first.part.value} {text(first.pointer)}".rstrip()
    message = f"{where}: expected {text(first.expected)}, got {text(first.actual)}{times}\n{rule.fix}"
    witness = None if about.fuzzed is None else about.fuzzed.witness(group)
    if witness is not None:
        return Annotation(_LEVELS[group.severity], f"{group.code} {rule.slug}", "\n".join([message, *witness.told]))
    return Annotation(_LEVELS[group.severity], f"{group.code} {rule.slug}", message, *_position(first.place))


def _position(place: Place) -> tuple[str | None, int | None]:
    """The file, if it is one of the checkout, and the line."""
    file = file_of(place)
    return (file, place.line) if file is not None and is_below(file) else (None, None)


def _data(told: str) -> str:
    return _OLD.sub("## ", told.replace("%", "%25")).replace("\r", "%0D").replace("\n", "%0A")


def _property(told: str) -> str:
    return _data(told).replace(":", "%3A").replace(",", "%2C")
