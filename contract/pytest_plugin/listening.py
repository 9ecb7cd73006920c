"""A test's clients listened to: recorded from its setup to its teardown, judged when its function is done."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from ..checker import check
from ..explained import explained
from ..report import Report
from .given import options_of
from .keys import RECORDER
from .marking import marked
from .recorder import Recorder
from .tally import tally

if TYPE_CHECKING:
    from collections.abc import Generator

    from ..report import Group


@contextmanager
def listening(item: pytest.Item) -> Generator[None]:
    """Record what the test's clients receive as long as the context lasts."""
    recorder = Recorder(item.config.rootpath)
    item.stash[RECORDER] = recorder
    try:
        with recorder.on():
            yield
    finally:
        del item.stash[RECORDER]


@contextmanager
def judged(item: pytest.Item) -> Generator[None]:
    """Judge afterwards what was received since the last time.

    What is broken fails a test that has passed, and is told beside the failure of one that has failed.
    """
    item.stash[RECORDER].refresh()  # a fixture may have replaced what was hooked
    try:
        yield
    except BaseException:
        groups = _judge(item)
        if groups:
            item.add_report_section("call", "interpact", explained(groups))
        raise
    groups = _judge(item)
    if groups:
        pytest.fail(explained(groups), pytrace=False)


def _judge(item: pytest.Item) -> list[Group]:
    """What fails the test; everything else is counted only."""
    exchanges = item.stash[RECORDER].take(item.name)
    if not exchanges:
        return []
    settings = options_of(item.config).settings(marked(item))
    outcome = check(exchanges, settings)
    tally(item).add(outcome)
    report = Report()
    report.add(outcome)
    return [group for group in report.groups() if group.severity.reaches(settings.fail_on)]
