"""The captures of a session judged together, a portion at a time: one check costs as much as hundreds of exchanges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from ..checker import check
from ..exchange import Exchange
from ..findings import Outcome, forgiven
from ..report import Report
from ..runner import BATCH_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..findings import Finding, Verdict
    from ..settings import Settings

_PORTION: Final = 1_000
"""Exchanges that are judged together: enough for the fixed cost of a check not to matter."""


class Source(Protocol):
    """A capture: what it holds, in its order."""

    def read(self) -> Iterator[object]:
        """Exchanges, and whatever else there is."""
        ...


@dataclass(frozen=True, slots=True)
class Judged:
    """What checking found out about one exchange: never more than a report keeps."""

    verdict: Verdict
    report: Report


class Judging:
    """What was found out so far. A capture is read when the first of its exchanges is asked for, and some after it."""

    def __init__(self, wanted: Mapping[Source, set[int]], settings: Settings) -> None:
        self._wanted = wanted
        self._settings = settings
        self._found: dict[Source, dict[int, Judged]] = {}
        self._together = Report()

    def of(self, source: Source, number: int) -> Judged | None:
        """What was found out about one exchange of a capture; `None` if it is not there any more."""
        if source not in self._found:
            self._judge_from(source)
        return self._found[source].get(number)

    def together(self) -> Report:
        """What was counted since the last time of exchanges together: what they covered, and what is tolerated."""
        report, self._together = self._together, Report()
        return report

    def _judge_from(self, first: Source) -> None:
        sources = list(self._wanted)
        later = sources[sources.index(first) :] if first in self._wanted else [first]
        portion: list[tuple[Source, int, Exchange]] = []
        size = 0
        for source in later:
            if source in self._found:
                continue
            if len(portion) >= _PORTION and source is not first:
                break
            self._found[source] = {}
            for number, exchange in self._exchanges(source):
                portion.append((source, number, exchange))
                size += 0 if exchange.response is None else len(exchange.response.body or b"")
                if size >= BATCH_BYTES or len(portion) >= 10 * _PORTION:
                    self._judge(portion)
                    portion, size = [], 0
        self._judge(portion)

    def _exchanges(self, source: Source) -> Iterator[tuple[int, Exchange]]:
        wanted = self._wanted.get(source, set[int]())
        for number, one in enumerate(source.read()):
            if number in wanted and isinstance(one, Exchange):
                yield number, one

    def _judge(self, portion: list[tuple[Source, int, Exchange]]) -> None:
        outcome = check([exchange for _, _, exchange in portion], self._settings)
        self._together.add(Outcome((), (), outcome.coverage, tallies=outcome.tallies))
        for (source, number, _), judged in zip(portion, _each(outcome, self._settings), strict=True):
            self._found[source][number] = judged


def _each(outcome: Outcome, settings: Settings) -> Iterator[Judged]:
    """What a batch gave, exchange by exchange."""
    findings: dict[int, list[Finding]] = {}
    for finding in outcome.findings:
        findings.setdefault(finding.exchange, []).append(finding)
    for index, verdict in enumerate(outcome.verdicts):
        report = Report()
        its = tuple(findings.get(index, ()))
        report.add(Outcome((verdict,), its, forgiven=len(forgiven(its, settings))))
        yield Judged(verdict, report)
