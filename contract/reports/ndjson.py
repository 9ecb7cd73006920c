"""The report for pipelines: one JSON value a line, each with a `type`; findings as they are met, then the summary."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import orjson

from ..ending import COMPLETE, Ending
from ..readers.base import Problem
from ..runner import Checked
from .document import VERSION, finding_value, group_value, problem_value, summary_value

if TYPE_CHECKING:
    from ..report import Report
    from ..runner import Event
    from .base import About


class NdjsonReport:
    """Writes a line a group at the end, or with `all_places` a line a finding as it is met."""

    def __init__(self, out: IO[bytes], about: About) -> None:
        self._out = out
        self._all_places = about.all_places
        self._left = about.max_findings

    def hear(self, event: Event) -> None:
        """Write problems, and findings if every place was asked for."""
        if isinstance(event, Problem):
            self._write("problem", problem_value(event))
        if isinstance(event, Checked) and self._all_places:
            for finding in event.outcome.findings[: max(self._left, 0)]:
                self._write("finding", finding_value(finding))
            self._left -= len(event.outcome.findings)

    def finish(self, report: Report, ending: Ending = COMPLETE) -> None:
        """Write the groups, unless every place was written, and the summary."""
        if not self._all_places:
            for group in report.groups()[: self._left]:
                self._write("group", group_value(group))
        self._write("summary", {"version": VERSION, **summary_value(report, interrupted=ending.interrupted)})

    def _write(self, kind: str, value: dict[str, Any]) -> None:
        self._out.write(orjson.dumps({"type": kind, **value}) + b"\n")
