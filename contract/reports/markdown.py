"""The report for a comment on a change: GitHub Flavored Markdown, in which no value can become markup.

Whatever comes from elsewhere stands in a code span: there nothing is markup, no link is made and nobody is mentioned
(CommonMark §6.1; GFM §6.9 makes links of text only).
"""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, Final

from ...schemas.rules import RULES
from ..ending import COMPLETE, Ending
from . import sentences
from .document import listed, text, where
from .overview import coverage_value, tool_value
from .verdict import outlook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ending import Gate
    from ..report import Group, Report
    from ..runner import Event
    from .base import About

LONGEST: Final = 65_536
"""Characters that a comment on GitHub may have (its API answers a longer body with 422: "body is too long")."""
_SHOWN: Final = 200
"""Characters of a value in a cell."""
_GATES: Final = 50
"""Gates that are named."""
_TICKS: Final = re.compile(r"`+")
_HEAD: Final = "| severity | rule | where | seen | expected | got | first at |"


class MarkdownReport:
    """Writes one page when the run has ended."""

    def __init__(self, out: IO[bytes], about: About) -> None:
        self._out = out
        self._about = about

    def hear(self, event: Event | Gate) -> None:
        """Everything that is told stands in the report of the run."""

    def finish(self, report: Report, ending: Ending = COMPLETE) -> None:
        """Write the page."""
        self._out.write(page(report, self._about, ending).encode())


def page(report: Report, about: About, ending: Ending, most: int = LONGEST) -> str:
    """The page, of at most so many bytes: findings are left out where there are too many, and counted.

    >>> from interpact.contract.report import Report
    >>> from interpact.contract.reports.base import About
    >>> print(page(Report(), About(), COMPLETE).splitlines()[0])
    ## interpact check: unchecked
    """
    head = "".join(f"{line}\n" for line in _head(report, about, ending))
    tail = "".join(f"{line}\n" for line in (*_gates(ending), *_gaps(report, about), *_foot(about)))
    groups = listed(report)
    room = most - len(head.encode()) - len(tail.encode()) - 4 * len(_HEAD)
    shown, told = 0, ""
    for group in groups[: about.max_findings]:
        more = _row(group, about)
        if len(told.encode()) + len(more.encode()) > room:
            break
        shown, told = shown + 1, told + more
    table = f"\n{_HEAD}\n{'| --- ' * _HEAD.count(' | ')}| --- |\n{told}" if shown else ""
    left = f"\n... and {len(groups) - shown} more kinds of findings.\n" if len(groups) > shown else ""
    return head + table + left + tail


def code(told: str, most: int = _SHOWN) -> str:
    r"""A text as a code span that stands in a table as well: a `|` would end the cell, and is escaped as in JSON.

    >>> print(code("a`b|c\n"))
    `` a`b\u007cc\n ``
    """
    shown = text(told)
    shown = (shown if len(shown) <= most else f"{shown[:most]}...").replace("|", "\\u007c") or "(empty)"
    ticks = "`" * (1 + max(map(len, _TICKS.findall(shown)), default=0))
    edge = " " if len(ticks) > 1 or shown != shown.strip() else ""
    return f"{ticks}{edge}{shown}{edge}{ticks}"


def _head(report: Report, about: About, ending: Ending) -> Iterator[str]:
    found = outlook(report, about, ending)
    yield f"## interpact {about.command}: {found.state.value}"
    yield ""
    if found.because:
        yield f"**{'; '.join(found.because)}**"
        yield ""
    yield from (f"- {line}" for line in sentences.run(report, about, ending, code))
    yield from (f"- {code(name)}: {code(value)}" for name, value in about.facts)
    yield from (f"- not read: {code(str(one.place))}: {code(one.message)}" for one in report.problems[: sentences.GAPS])
    if len(report.problems) > sentences.GAPS:
        yield f"- ... and {report.problem_count - sentences.GAPS} more that were not read"


def _row(group: Group, about: About) -> str:
    first = group.samples[0]
    severity = f"{group.severity.value}, accepted" if group.accepted else f"**{group.severity.value}**"
    rule = f"{group.code} {RULES[group.code].slug}"
    seen = f"{group.count} in {group.exchanges}"
    told = [
        severity,
        rule,
        code(where(first.part, first.pointer)),
        seen,
        code(first.expected),
        code(first.actual),
        _first(group, about),
    ]
    return f"| {' | '.join(told)} |\n"


def _first(group: Group, about: About) -> str:
    """Where a group was seen first, or the request that shows it."""
    witness = None if about.fuzzed is None else about.fuzzed.witness(group)
    return code(str(group.samples[0].place)) if witness is None else code(witness.told[1], 2 * _SHOWN)


def _gates(ending: Ending) -> Iterator[str]:
    if ending.gates:
        yield ""
        wrong = [gate for gate in ending.gates if not gate.kept]
        yield from (f"- {sentences.gate(gate, code)}" for gate in wrong[:_GATES])
        kept = len(ending.gates) - len(wrong)
        yield f"- {kept} of {len(ending.gates)} gates kept"


def _gaps(report: Report, about: About) -> Iterator[str]:
    """What was not exercised; the words are those of the contract."""
    covered = coverage_value(report, about)
    if not report.judged or not covered["gaps"]:
        return
    missing = covered["points"] - covered["seen"]
    yield ""
    yield f"<details><summary>{missing} of {covered['points']} points of the contract were not seen</summary>"
    yield ""
    yield from (f"- {gap}" for gap in covered["gaps"])
    if missing > len(covered["gaps"]):
        yield f"- ... and {missing - len(covered['gaps'])} more"
    yield ""
    yield "</details>"


def _foot(about: About) -> Iterator[str]:
    tool = tool_value()
    contract = tool["contract"]
    yield ""
    yield f"interpact {tool['interpact']}, contract {contract['version']}, sha256 `{contract['digest']}`;"
    yield f"it is not kept where a finding is at or above {about.fail_on.value}."
