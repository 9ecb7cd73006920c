"""The report for pipelines: one event a line, a JSON object with its `type` and the version of the format.

What a line holds beside these two is what `report.schema.json` declares for its type.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import orjson

from ..ending import COMPLETE, Ending, Gate
from ..readers.base import Problem
from ..runner import Checked
from .document import VERSION, finding_value, gate_value, group_value, listed, problem_value
from .overview import coverage_value, fuzz_value, summary_value, tool_value

if TYPE_CHECKING:
    from ..report import Report
    from ..runner import Event
    from .base import About


class NdjsonReport:
    """Writes a line a group at the end, or with `all_places` a line a finding as it is met."""

    def __init__(self, out: IO[bytes], about: About) -> None:
        self._out = out
        self._about = about
        self._left = about.max_findings
        self._gates = 0
        self._write("begin", {"command": about.command, "tool": tool_value()})

    def hear(self, event: Event | Gate) -> None:
        """Write problems and gates, and findings if every place was asked for."""
        if isinstance(event, Problem):
            self._write("problem", problem_value(event))
        elif isinstance(event, Gate):
            self._gates += 1
            self._write("gate", gate_value(event))
        elif isinstance(event, Checked) and self._about.all_places:
            for finding in event.outcome.findings[: max(self._left, 0)]:
                self._write("finding", finding_value(finding))
            self._left -= len(event.outcome.findings)

    def finish(self, report: Report, ending: Ending = COMPLETE) -> None:
        """Write the groups, unless every place was written, and what the run amounts to."""
        about = self._about
        if not about.all_places:
            for group in listed(report)[: self._left]:
                self._write("group", group_value(group))
        for gate in ending.gates[self._gates :]:
            self._write("gate", gate_value(gate))
        if about.fuzzed is not None:
            self._write("fuzz", fuzz_value(about.fuzzed))
        self._write("coverage", coverage_value(report, about))
        self._write("summary", summary_value(report, about, ending))

    def _write(self, kind: str, value: dict[str, Any]) -> None:
        self._out.write(orjson.dumps({"type": kind, "version": VERSION, **value}) + b"\n")
