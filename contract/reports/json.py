"""The report for programs: one JSON document (schema: `report.schema.json`), written when the run has ended."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import orjson

from ..ending import COMPLETE, Ending
from ..runner import Checked
from .document import SCHEMA, VERSION, finding_value, group_value, problem_value, summary_value

if TYPE_CHECKING:
    from ..report import Report
    from ..runner import Event
    from .base import About


class JsonReport:
    """Writes one document; with `all_places` it also lists every finding, up to `max_findings`."""

    def __init__(self, out: IO[bytes], about: About) -> None:
        self._out = out
        self._all_places = about.all_places
        self._most = about.max_findings
        self._places: list[dict[str, Any]] = []

    def hear(self, event: Event) -> None:
        """Keep the places, if they were asked for."""
        if self._all_places and isinstance(event, Checked):
            left = self._most - len(self._places)
            self._places += [finding_value(finding) for finding in event.outcome.findings[:left]]

    def finish(self, report: Report, ending: Ending = COMPLETE) -> None:
        """Write the document."""
        groups = report.groups()
        document = {
            "$schema": SCHEMA,
            "version": VERSION,
            "summary": summary_value(report, interrupted=ending.interrupted),
            "groups": [group_value(group) for group in groups[: self._most]],
            "problems": [problem_value(problem) for problem in report.problems],
        }
        if self._all_places:
            document["findings"] = self._places
        self._out.write(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
