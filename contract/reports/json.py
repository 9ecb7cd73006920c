"""The report for programs: one JSON document (schema: `report.schema.json`), written when the run has ended."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import orjson

from ..ending import COMPLETE, Ending
from ..runner import Checked
from .document import SCHEMA, VERSION, finding_value, gate_value, group_value, listed, problem_value
from .overview import coverage_value, fuzz_value, summary_value, tool_value

if TYPE_CHECKING:
    from ..ending import Gate
    from ..report import Report
    from ..runner import Event
    from .base import About


class JsonReport:
    """Writes one document; with `all_places` it also lists every finding, up to `max_findings`."""

    def __init__(self, out: IO[bytes], about: About) -> None:
        self._out = out
        self._about = about
        self._places: list[dict[str, Any]] = []

    def hear(self, event: Event | Gate) -> None:
        """Keep the places, if they were asked for."""
        if self._about.all_places and isinstance(event, Checked):
            left = self._about.max_findings - len(self._places)
            self._places += [finding_value(finding) for finding in event.outcome.findings[:left]]

    def finish(self, report: Report, ending: Ending = COMPLETE) -> None:
        """Write the document."""
        about = self._about
        document = {
            "$schema": SCHEMA,
            "version": VERSION,
            "command": about.command,
            "tool": tool_value(),
            "summary": summary_value(report, about, ending),
            "coverage": coverage_value(report, about),
            "gates": [gate_value(gate) for gate in ending.gates],
            "groups": [group_value(group) for group in listed(report)[: about.max_findings]],
            "problems": [problem_value(problem) for problem in report.problems],
        }
        if about.fuzzed is not None:
            document["fuzz"] = fuzz_value(about.fuzzed)
        if about.all_places:
            document["findings"] = self._places
        self._out.write(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
