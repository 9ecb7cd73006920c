"""The captures of a session judged together, a portion at a time: one check costs as much as hundreds of exchanges.

The processes of pytest-xdist divide the same captures into the same portions, so that each portion counts once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from ..checker import check
from ..exchange import Exchange
from ..findings import Outcome, forgiven
from ..keep import NOTHING, Keep
from ..report import Report
from ..runner import BATCH_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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
    """What was found out so far. A portion of captures is read when the first of its exchanges is asked for."""

    def __init__(self, wanted: Mapping[Source, set[int]], settings: Settings, keep: Keep = NOTHING) -> None:
        self._wanted = wanted
        self._settings = settings
        self._keep = keep
        self._portions = _portions(wanted)
        self._found: dict[Source, dict[int, Judged]] = {}
        self._together: dict[str, Report] = {}

    def of(self, source: Source, number: int) -> Judged | None:
        """What was found out about one exchange of a capture; `None` if it is not there any more."""
        if source not in self._found:
            for number_of_portion, portion in enumerate(self._portions):
                if source in portion:
                    self._together[f"{number_of_portion:09}"] = self._judged(portion)
        return self._found[source].get(number) if source in self._found else None

    def together(self) -> dict[str, Report]:
        """What was counted since the last time of exchanges together, by the name of their portion.

        That is what they covered, what is tolerated, what is there twice, and the figures if they are asked for.
        """
        found, self._together = self._together, {}
        return found

    def _judged(self, sources: Sequence[Source]) -> Report:
        """Judge a portion; what is counted of its exchanges together."""
        together = Report()
        batch: list[tuple[Source, int, Exchange]] = []
        size = 0
        for source in sources:
            self._found[source] = {}
            for number, exchange in self._exchanges(source):
                batch.append((source, number, exchange))
                size += 0 if exchange.response is None else len(exchange.response.body or b"")
                if size >= BATCH_BYTES or len(batch) >= 10 * _PORTION:
                    self._judge(batch, together)
                    batch, size = [], 0
        self._judge(batch, together)
        return together

    def _exchanges(self, source: Source) -> Iterator[tuple[int, Exchange]]:
        wanted = self._wanted.get(source, set[int]())
        for number, one in enumerate(source.read()):
            if number in wanted and isinstance(one, Exchange):
                yield number, one

    def _judge(self, batch: list[tuple[Source, int, Exchange]], together: Report) -> None:
        outcome = check([exchange for _, _, exchange in batch], self._settings, keep=self._keep)
        together.add(msgspec.structs.replace(outcome, verdicts=(), findings=(), forgiven=0))
        for (source, number, _), judged in zip(batch, _each(outcome, self._settings), strict=True):
            self._found[source][number] = judged


def _portions(wanted: Mapping[Source, set[int]]) -> list[list[Source]]:
    """The captures in their order, divided so that most parts have somewhat more exchanges than a portion."""
    found: list[list[Source]] = []
    room = 0
    for source, numbers in wanted.items():
        if room <= 0:
            found.append([])
            room = _PORTION
        found[-1].append(source)
        room -= len(numbers)
    return found


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
