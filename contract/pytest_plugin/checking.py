"""One response checked on behalf of a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..asserting import judge, refuse
from ..report import Report
from .accepting import conclude
from .given import options_of
from .keys import RECORDER
from .marking import marked
from .tally import tally

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from ..findings import Outcome


def checker(item: pytest.Item) -> Callable[..., Outcome]:
    """A function that checks a response by the settings of a test, and counts what came of it."""
    options = options_of(item.config)
    settings = options.settings(marked(item))

    def interpact_check(response: Any, *, anywhere: bool = False) -> Outcome:
        """Raise `AssertionError` where the response breaks the contract."""
        __tracebackhide__ = True
        outcome = judge(response, settings, anywhere=anywhere, keep=options.keep)
        if anywhere or RECORDER not in item.stash or item.stash[RECORDER].judged(response):
            tally(item).add(outcome)
        refuse(outcome, settings)
        if outcome.forgiven:
            report = Report()
            report.add(outcome)
            conclude(report, settings, options)
        return outcome

    return interpact_check
