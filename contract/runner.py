"""A run: inputs are read, batched and checked; what happens is told as events, and summed up in a report."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final

from .exchange import Exchange
from .keep import NOTHING, Keep
from .limits import Wish
from .lines import Lines, MovedError
from .pieces import PIECE, pieces
from .readers.base import Problem, Rows
from .report import Report
from .sources import Input, Skipped, find_inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future
    from io import RawIOBase

    from .findings import Outcome
    from .settings import Settings
    from .workers import Workers

BATCH_BYTES: Final = PIECE
"""Bytes of bodies that are checked together."""
BATCH_EXCHANGES: Final = 20_000
"""Exchanges that are checked together."""


_MUCH: Final = 4 * PIECE
"""Bytes of input from which on it is worth to start more processes: a second's work."""
_MANY: Final = 4
"""Batches after which it is, too, where nobody knows how many more there are."""

_DEFAULT: Final = Wish()


class WorkerDiedError(Exception):
    """A process that helped with checking ended before it had answered."""

    def __init__(self) -> None:
        super().__init__(
            "a process that helped with checking was ended, perhaps since memory ran out: ask for fewer with --jobs"
        )


@dataclass(frozen=True, slots=True)
class Opened:
    """An input is about to be read."""

    source: Input


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a run is: the index of the input that was begun last, and how many things that it holds are done."""

    source: int = -1
    items: int = 0


@dataclass(frozen=True, slots=True)
class Checked:
    """A batch was checked."""

    outcome: Outcome
    mark: Mark = Mark()
    """What was told up to here is all that the run found up to there."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """A batch that another process checks."""

    future: Future[Outcome]
    mark: Mark


Event = Opened | Checked | Problem | Skipped
"""What a run tells as it goes on."""


_BEGINNING: Final = Mark()


class Run:
    """One run over some paths; iterate over it for its events, then ask it for its `report`."""

    def __init__(  # noqa: PLR0913 - what a run is told
        self,
        paths: Sequence[str | Input | Problem],
        settings: Settings,
        wish: Wish = _DEFAULT,
        *,
        jobs: int = 1,
        keep: Keep = NOTHING,
        since: Mark = _BEGINNING,
        careful: bool = False,
    ) -> None:
        """`paths` are words of the user's, or inputs that were found already. `keep` says what outcomes carry.

        `since` says where to go on, told again nothing of what came before. Where checking fails, which is a defect of
        ours, it raises, or if it is `careful`, finds out the exchange that it fails for, which becomes a problem.
        """
        self._settings = settings
        self._wish = wish
        self._jobs = jobs
        self._keep = keep
        self._since = since
        self._source, self._items = since.source, since.items
        self._workers: Workers | None = None
        self._waiting: deque[Event | _Sent] = deque()
        self._batches = 0
        self._inputs = [one for path in paths for one in (find_inputs([path]) if isinstance(path, str) else (path,))]
        self._careful = careful
        self._batch: list[Exchange] = []
        self._bytes = 0
        self._before = 0
        self._file: RawIOBase | None = None
        self.report = Report()

    def __iter__(self) -> Iterator[Event]:
        """Read and check everything; whatever cannot be read is an event, never an exception.

        Raises `WorkerDiedError` where a process that helps is ended by somebody else.
        """
        try:
            for event in self._events():
                yield self._noted(event)
        except BrokenExecutor:
            raise WorkerDiedError from None
        finally:
            self.close()

    def close(self) -> None:
        """Stop; the report tells what was found so far."""
        if self._workers is not None:
            self._workers.close()
            self._workers = None

    def _events(self) -> Iterator[Event]:
        for number, source in enumerate(self._inputs):
            if number < self._since.source or (number == self._since.source and isinstance(source, Problem)):
                self._before += source.size if isinstance(source, Input) else 0
                continue
            done = self._since.items if number == self._since.source else 0
            self._source, self._items = number, done
            if isinstance(source, Problem):
                self._waiting.append(source)
                continue
            if number != self._since.source and not source.is_later:
                self._waiting.append(Opened(source))
            for item in islice(pieces(source, self._reading, self._wish), done, None):
                self._take(item)
                yield from self._ready(self._workers.most if self._workers else 0)
            self._before, self._file = self._before + source.size, None
        self._check()
        yield from self._ready(0)

    def _ready(self, most: int) -> Iterator[Event]:
        """What happened, in its order, as far as it is known; of what is still being checked leave at most so much."""
        while self._waiting and (len(self._waiting) > most or not _is_open(self._waiting[0])):
            event = self._waiting.popleft()
            yield _event(event) if isinstance(event, _Sent) else event

    def _noted(self, event: Event) -> Event:
        """The event, with what is found by comparing it with those before."""
        if isinstance(event, Opened):
            self.report.inputs += 1
        elif isinstance(event, Checked):
            event = Checked(self.report.completed(event.outcome), event.mark)
            self.report.add(event.outcome)
        elif isinstance(event, Problem):
            self.report.add_problem(event)
        else:
            self.report.inputs -= event.place.member is None
            self.report.add_skipped(str(event.place))
        return event

    @property
    def inputs(self) -> Sequence[Input | Problem]:
        """What is read, in this order."""
        return self._inputs

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

    @property
    def _here(self) -> Mark:
        return Mark(self._source, self._items)

    def _reading(self, file: RawIOBase) -> None:
        self._file = file

    def _take(self, item: Exchange | Problem | Skipped | Rows | Lines) -> None:
        if isinstance(item, Lines | Rows):
            self._check()
        self._items += 1
        if isinstance(item, Lines):
            self._have_checked(item)
        elif isinstance(item, Rows):
            self._check_rows(item)
        elif not isinstance(item, Exchange):
            self._waiting.append(item)
        else:
            self._batch.append(item)
            self._bytes += 0 if item.response is None or item.response.body is None else len(item.response.body)
            if self._bytes >= BATCH_BYTES or len(self._batch) >= BATCH_EXCHANGES:
                self._check()

    def _check_rows(self, rows: Rows) -> None:
        """Judge rows that somebody has flattened already, after what came before them."""
        from .readers.tables.judging import judge_rows  # noqa: PLC0415 - loads Polars

        self._waiting.append(Checked(judge_rows(rows, self._settings), self._here))

    def _check(self) -> None:
        if self._batch:
            self._have_checked(self._batch)
            self._batch, self._bytes = [], 0

    def _have_checked(self, batch: Sequence[Exchange]) -> None:
        """Check a batch, here or in another process; processes are only started where there is much to do."""
        self._batches += 1
        if self._workers is None and self._jobs > 1 and (self.size >= _MUCH or self._batches > _MANY):
            from .workers import Workers  # noqa: PLC0415 - loads multiprocessing, which few runs need

            self._workers = Workers(self._jobs, self._settings, self._keep)
        if self._workers is not None:
            self._waiting.append(_Sent(self._workers.submit(batch), self._here))
            return
        from .checker import check  # noqa: PLC0415 - loads Polars, which a run without exchanges does not need

        judge = partial(check, settings=self._settings, keep=self._keep)
        found = carefully(judge, batch) if self._careful else (judge(batch),)
        self._waiting += [one if isinstance(one, Problem) else Checked(one, self._here) for one in found]


def carefully(judge: Callable[[Sequence[Exchange]], Outcome], batch: Sequence[Exchange]) -> Iterator[Outcome | Problem]:
    """What judging gives, half by half where it fails, down to the exchange that it fails for."""
    try:
        yield judge(batch)
    except Exception as error:  # noqa: BLE001 - whatever it is, the others are judged
        if len(batch) == 1:
            yield Problem(batch[0].place, f"it cannot be judged, a defect of interpact: {type(error).__name__}")
            return
        middle = len(batch) // 2
        yield from carefully(judge, batch[:middle])
        yield from carefully(judge, batch[middle:])


def cores() -> int:
    """How many processes can work at the same time.

    >>> cores() >= 1
    True
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _is_open(event: Event | _Sent) -> bool:
    return isinstance(event, _Sent) and not event.future.done()


def _event(sent: _Sent) -> Event:
    try:
        return Checked(sent.future.result(), sent.mark)
    except MovedError as error:
        return error.problem


def run(
    paths: Sequence[str], settings: Settings, listen: Callable[[Event], None] = lambda _: None, *, jobs: int = 1
) -> Report:
    """Check captures, in so many processes, and tell `listen` what happens.

    >>> from interpact.contract.settings import Settings
    >>> run(["no-such-file"], Settings()).problems[0].message
    'no such file or folder'
    """
    going = Run(paths, settings, jobs=jobs)
    for event in going:
        listen(event)
    return going.report
