"""A test's clients listened to: recorded from its setup to its teardown, judged when its function is done."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Final

import pytest

from ..checker import check
from ..explained import explained
from ..report import Report, failing
from .accepting import conclude
from .given import options_of
from .keys import RECORDER
from .marking import marked
from .recorder import Recorder
from .tally import tally

if TYPE_CHECKING:
    from collections.abc import Generator

    from ..exchange import Exchange
    from ..settings import Settings

_PORTIONS: Final[pytest.StashKey[_Portions]] = pytest.StashKey()


@contextmanager
def listening(item: pytest.Item) -> Generator[None]:
    """Record what the test's clients receive as long as the context lasts; or only those that it attaches."""
    recorder = Recorder(item.config.rootpath)
    item.stash[RECORDER] = recorder
    item.stash[_PORTIONS] = portions = _Portions(item, recorder)
    recorder.on_full = portions.full
    try:
        with ExitStack() as stack:
            stack.callback(recorder.detach)
            if marked(item).get("record", True):
                stack.enter_context(recorder.on())
            yield
    finally:
        del item.stash[RECORDER], item.stash[_PORTIONS]


@contextmanager
def judged(item: pytest.Item, when: str) -> Generator[None]:
    """Judge afterwards what was received since the last time.

    What is broken fails a test that has passed, and is told beside the failure of one that has failed.
    """
    item.stash[RECORDER].refresh()  # a fixture may have replaced what was hooked
    try:
        yield
    except BaseException:
        _tell_beside(item, when, _judge(item))
        raise
    report = _judge(item)
    if getattr(item, "_excinfo", None) or (when != "call" and not failing(report, _settings(item))):
        _tell_beside(item, when, report)  # a unittest.TestCase keeps its failure to itself
    else:
        conclude(report, _settings(item), options_of(item.config))


def _tell_beside(item: pytest.Item, when: str, report: Report) -> None:
    groups = failing(report, _settings(item))
    if groups:
        item.add_report_section(when, "interpact", explained(groups))


def _judge(item: pytest.Item) -> Report:
    """What comes of all that the test has received since the last time."""
    portions = item.stash[_PORTIONS]
    portions.judge(item.stash[RECORDER].take(item.nodeid))
    return portions.taken()


def _settings(item: pytest.Item) -> Settings:
    return options_of(item.config).settings(marked(item))


class _Portions:
    """What a test receives, judged when so much of it waits that it should not be kept, and at the end."""

    def __init__(self, item: pytest.Item, recorder: Recorder) -> None:
        self._item = item
        self._recorder = recorder
        self._settings = _settings(item)
        self._keep = options_of(item.config).keep
        self._lock = RLock()
        self._report = Report()

    def full(self) -> None:
        """Judge what is complete; called by whichever thread of the test receives it."""
        with self._lock:
            self.judge(self._recorder.take(self._item.nodeid, finished=True))

    def judge(self, exchanges: list[Exchange]) -> None:
        """Judge these, and count what comes of them."""
        if exchanges:
            with self._lock:
                outcome = check(exchanges, self._settings, keep=self._keep)
                tally(self._item).add(outcome)
                self._report.add(outcome)

    def taken(self) -> Report:
        """What came of those since the last time."""
        with self._lock:
            report, self._report = self._report, Report()
        return report
