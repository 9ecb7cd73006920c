"""Captures as tests: a file is a collector, each recorded exchange of the contracted operation one test of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec
import pytest

from ...schemas.document import operation
from ..checker import check
from ..exchange import Exchange
from ..explained import explained
from ..findings import Outcome, State
from ..http import is_operation, query
from ..readers.base import Problem
from ..report import Report
from ..runner import BATCH_BYTES, BATCH_EXCHANGES
from ..sources import Input, read_input
from .given import options_of
from .items import ContractItem
from .tally import tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ..exchange import Request
    from ..findings import Finding, Verdict
    from ..settings import Settings

_BODY: Final = "body"
"""The name of the only exchange of a file that is one body."""


@dataclass(slots=True)
class _Judged:
    """What checking found out about one exchange: never more than a report keeps."""

    verdict: Verdict
    report: Report


class CaptureFile(pytest.File):
    """One capture. Its exchanges are named when it is collected; they are judged together, when the first one runs."""

    _shown = ""
    _judged: dict[int, _Judged] | None = None

    @classmethod
    def of(cls, parent: pytest.Collector, path: Path) -> CaptureFile:
        """The capture at `path`, named relative to the root of the project where it lies below it."""
        file = cast("CaptureFile", cls.from_parent(parent, path=path))  # pyright: ignore[reportUnknownMemberType]
        file._shown = options_of(file.config).shown(path)  # noqa: SLF001
        return file

    def collect(self) -> Iterator[pytest.Item]:
        """A test for each exchange of the operation, and one for each entry that cannot be read."""
        for number, item in enumerate(self._read()):
            if isinstance(item, Problem):
                yield UnreadableItem.of(self, f"{_position(item, number)} not read".lstrip(), item)
            elif isinstance(item, Exchange) and is_operation(item.request):
                yield ExchangeItem.of(self, _title(item, number), number)

    def judged(self, number: int) -> _Judged | None:
        """What was found out about an exchange, by its number; `None` if it is not there any more."""
        if self._judged is None:
            self._judged = dict(self._judge(self._selected()))
        return self._judged.get(number)

    def _selected(self) -> set[int]:
        """The numbers of the exchanges that are to run: what `-k`, `-m` or `--lf` left."""
        items = (item for item in self.session.items if isinstance(item, ExchangeItem))
        return {item.number for item in items if item.parent is self}

    def _judge(self, wanted: set[int]) -> Iterator[tuple[int, _Judged]]:
        settings = options_of(self.config).settings()
        for numbers, exchanges in _batches((n, one) for n, one in enumerate(self._read()) if n in wanted):
            yield from zip(numbers, _each(check(exchanges, settings)), strict=True)

    def _read(self) -> Iterator[object]:
        return read_input(Input(str(self.path), self._shown))


class ExchangeItem(ContractItem):
    """One recorded exchange."""

    number: int

    @classmethod
    def of(cls, parent: CaptureFile, name: str, number: int) -> ExchangeItem:
        """The exchange with this number among all that the file holds."""
        item = cast("ExchangeItem", cls.from_parent(parent, name=name))  # pyright: ignore[reportUnknownMemberType]
        item.number = number
        return item

    def runtest(self) -> None:
        """Fail with what is wrong; skip where nothing could be judged."""
        file, settings = cast("CaptureFile", self.parent), options_of(self.config).settings()
        judged = file.judged(self.number)
        if judged is None:
            pytest.fail("the file has changed since it was collected: this exchange is gone", pytrace=False)
        tally(self).merge(judged.report)
        _conclude(judged, settings)


class UnreadableItem(ContractItem):
    """Something in a capture that cannot be read."""

    problem: Problem

    @classmethod
    def of(cls, parent: pytest.Collector, name: str, problem: Problem) -> UnreadableItem:
        """The test that fails with a problem."""
        item = cast("UnreadableItem", cls.from_parent(parent, name=name))  # pyright: ignore[reportUnknownMemberType]
        item.problem = problem
        return item

    def runtest(self) -> None:
        """Fail."""
        tally(self).add_problem(self.problem)
        pytest.fail(f"{self.problem.place}: not read: {self.problem.message}", pytrace=False)


def _conclude(judged: _Judged, settings: Settings) -> None:
    if judged.verdict.state is State.FAIL:
        groups = [group for group in judged.report.groups() if group.severity.reaches(settings.fail_on)]
        pytest.fail(explained(groups), pytrace=False)
    if judged.verdict.state is State.UNCHECKED and judged.verdict.reason is not None:
        pytest.skip(f"unchecked: {judged.verdict.reason.value}")


def _batches(exchanges: Iterable[tuple[int, object]]) -> Iterator[tuple[list[int], list[Exchange]]]:
    """Exchanges in portions that are worth a check, with their numbers."""
    numbers: list[int] = []
    batch: list[Exchange] = []
    size = 0
    for number, one in exchanges:
        if not isinstance(one, Exchange):
            continue
        numbers.append(number)
        batch.append(one)
        size += 0 if one.response is None or one.response.body is None else len(one.response.body)
        if size >= BATCH_BYTES or len(batch) >= BATCH_EXCHANGES:
            yield numbers, batch
            numbers, batch, size = [], [], 0
    if batch:
        yield numbers, batch


def _each(outcome: Outcome) -> Iterator[_Judged]:
    """What a batch gave, exchange by exchange; what the batch covered is told with its first."""
    findings: dict[int, list[Finding]] = {}
    for finding in outcome.findings:
        findings.setdefault(finding.exchange, []).append(finding)
    for index, verdict in enumerate(outcome.verdicts):
        report = Report()
        own = Outcome((verdict,), tuple(findings.get(index, ())))
        report.add(own if index else msgspec.structs.replace(own, coverage=outcome.coverage))
        yield _Judged(verdict, report)


def _title(exchange: Exchange, number: int) -> str:
    """`2 GET email`: where it stands in the file, its method, and what of its query is harmless."""
    position = _position(exchange, number)
    if exchange.request is None:
        return position or _BODY
    return " ".join([position, exchange.request.method, *_words(exchange.request)]).strip()


def _position(told: Exchange | Problem, number: int) -> str:
    place = told.place
    found = place.entry if place.entry is not None else place.line
    return str(found) if found is not None else "" if not number else str(number + 1)


def _words(request: Request) -> Iterator[str]:
    """The values of the parameters that have a list of values, in the order of the document."""
    given = dict(reversed(query(request)))
    for name, schema in operation().parameters.items():
        if "enum" in schema and name in given:
            known = given[name] in cast("list[Any]", schema["enum"])
            value = given[name] if known else "?"
            yield value if name in operation().required else f"{name}={value}"
