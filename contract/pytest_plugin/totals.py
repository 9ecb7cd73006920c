"""What the whole run found, put together where pytest reports: in its only process, or in xdist's controller."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .keys import OPTIONS

if TYPE_CHECKING:
    from ..findings import Finding
    from ..report import Report
    from .recording.cassettes import Use


class Totals:
    """Takes what each test's report brings along, wherever the test ran; what a dead worker sent before is kept."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._options = config.stash[OPTIONS]
        self._least = None if self._options is None else self._options.fail_under
        self._report: Report | None = None
        self._uses: list[Use] = []
        self._is_partial = False

    def pytest_deselected(self) -> None:
        """Not every test runs: of what was not used nothing can be said."""
        self._is_partial = True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in what one phase of a test found; one that is run again does not count."""
        is_again = str(report.outcome) == "rerun"  # an outcome that pytest-rerunfailures adds
        if is_again or not (hasattr(report, "interpact") or hasattr(report, "interpact_cassettes")):
            return
        from .tally import attached, attached_uses

        found = attached(report)
        if found is not None:
            self._merge(found)
        self._uses += attached_uses(report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a run that covered too little of the contract."""
        least = self._least
        if least is None or self._is_silent or hasattr(self._config, "workerinput"):
            return
        covered = 0.0 if self._report is None else self._report.coverage.ratio * 100
        if covered < least and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what the run amounts to, where there is anything to say."""
        if self._is_silent or (self._report is None and self._least is None):
            return
        from ..report import Report
        from .given import options_of
        from .summary import unused, write

        unread = [] if self._is_partial else unused(self._uses, options_of(self._config))
        write(terminalreporter, self._report or Report(), self._least, unread)

    @property
    def _is_silent(self) -> bool:
        """Whether nothing is run."""
        return bool(self._config.getoption("collectonly", default=False))

    def _merge(self, found: Report) -> None:
        """Take in what a test found. Tests end in any order: of each group those samples stay that come first."""
        from ..report import SAMPLES, Report

        self._report = self._report or Report()
        before = {key: self._report.found[key].samples[:] for key in found.found.keys() & self._report.found.keys()}
        self._report.merge(found)
        for key, samples in before.items():
            both = {*samples, *found.found[key].samples}
            self._report.found[key].samples = sorted(both, key=_order)[:SAMPLES]


def _order(finding: Finding) -> tuple[str, str, int, int, str]:
    place = finding.place
    return place.file, place.member or "", place.entry or 0, place.line or 0, finding.pointer
