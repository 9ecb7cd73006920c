"""A run: inputs are read, batched and checked; what happens is told as events, and summed up in a report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .exchange import Exchange
from .readers.base import Problem
from .report import Report
from .sources import Input, Skipped, find_inputs, read_input

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from io import RawIOBase

    from .findings import Outcome
    from .settings import Settings

BATCH_BYTES: Final = 16 * 1024 * 1024
"""Bytes of bodies that are checked together: large enough for the fixed cost of a batch not to matter."""
BATCH_EXCHANGES: Final = 20_000
"""Exchanges that are checked together."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An input is about to be read."""

    source: Input


@dataclass(frozen=True, slots=True)
class Checked:
    """A batch was checked."""

    outcome: Outcome


Event = Opened | Checked | Problem | Skipped
"""What a run tells as it goes on."""


class Run:
    """One run over some paths; iterate over it for its events, then ask it for its `report`."""

    def __init__(self, paths: Sequence[str], settings: Settings) -> None:
        self._settings = settings
        self._inputs = list(find_inputs(paths))
        self._batch: list[Exchange] = []
        self._bytes = 0
        self._before = 0
        self._file: RawIOBase | None = None
        self.report = Report()

    def __iter__(self) -> Iterator[Event]:
        """Read and check everything; whatever cannot be read is an event, never an exception."""
        for source in self._inputs:
            if isinstance(source, Problem):
                yield from self._tell(source)
                continue
            self.report.inputs += 1
            yield Opened(source)
            for item in read_input(source, tell=self._reading):
                yield from self._take(item)
            self._before, self._file = self._before + source.size, None
        yield from self._check()

    @property
    def size(self) -> int:
        """Bytes of all inputs on disk; what has no size counts nothing."""
        return sum(source.size for source in self._inputs if isinstance(source, Input))

    @property
    def position(self) -> int:
        """Bytes that were read of them so far."""
        if self._file is None or self._file.closed or not self._file.seekable():
            return self._before
        return self._before + self._file.tell()

    def _reading(self, file: RawIOBase) -> None:
        self._file = file

    def _take(self, item: Exchange | Problem | Skipped) -> Iterator[Event]:
        if not isinstance(item, Exchange):
            yield from self._tell(item)
            return
        self._batch.append(item)
        self._bytes += 0 if item.response is None or item.response.body is None else len(item.response.body)
        if self._bytes >= BATCH_BYTES or len(self._batch) >= BATCH_EXCHANGES:
            yield from self._check()

    def _tell(self, item: Problem | Skipped) -> Iterator[Event]:
        if isinstance(item, Problem):
            self.report.add_problem(item)
        else:
            self.report.inputs -= 1
            self.report.add_skipped(item.place.file)
        yield item

    def _check(self) -> Iterator[Event]:
        from .checker import check  # noqa: PLC0415 - loads Polars, which a run without exchanges does not need

        if self._batch:
            outcome = check(self._batch, self._settings)
            self._batch, self._bytes = [], 0
            self.report.add(outcome)
            yield Checked(outcome)


def run(paths: Sequence[str], settings: Settings, listen: Callable[[Event], None] = lambda _: None) -> Report:
    """Check captures and tell `listen` what happens.

    >>> from interpact.contract.settings import Settings
    >>> run(["no-such-file"], Settings()).problems[0].message
    'no such file or folder'
    """
    going = Run(paths, settings)
    for event in going:
        listen(event)
    return going.report
