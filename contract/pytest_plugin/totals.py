"""What the whole run found, put together where pytest reports: in its only process, or in xdist's controller."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from .keys import OPTIONS
from .written import Written

if TYPE_CHECKING:
    from ..ending import Gate
    from ..findings import Finding
    from ..report import Report
    from .recording.uses import Uses
    from .sharing import StageReport


_FAIL_THEMSELVES: Final = frozenset({"baseline"})
"""Gates about findings that fail the tests that have them."""
_PARTIAL: Final = "interpact_partial"


class Totals:
    """Takes what each test's report brings along, wherever the test ran; what a dead worker sent before is kept."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._options = config.stash[OPTIONS]
        self._asked = None if self._options is None else self._options.asked()
        self._is_worker = hasattr(config, "workerinput")
        self._waiting: dict[str, list[pytest.TestReport]] = {}
        self._report: Report | None = None
        self._uses: Uses | None = None
        self._stages: dict[str, StageReport] = {}
        self._portions: dict[str, Report] = {}
        self._is_partial = False
        is_written = not self._is_worker and not self._is_silent and self._options is not None
        self._written = Written.asked(self._options) if is_written and self._options is not None else None

    def pytest_deselected(self) -> None:
        """Not every test runs: of what was not used nothing can be said."""
        self._is_partial = True

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take in whether a worker of pytest-xdist left out tests; of one that died nobody knows."""
        self._is_partial |= getattr(node, "workeroutput", {}).get(_PARTIAL, True)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in what a test found when it has ended; an attempt that pytest-rerunfailures repeats does not count."""
        if self._is_worker:
            return
        if hasattr(report, "interpact_stages"):
            from .tally import attached_stages

            self._stages |= attached_stages(report)  # one that is run again takes the place of what it told before
        if hasattr(report, "interpact_portions"):
            from .tally import attached_portions

            self._portions |= attached_portions(report)  # each process that runs tests may have judged the same one
        if str(report.outcome) == "rerun":
            self._waiting.pop(report.nodeid, None)
            return
        if hasattr(report, "interpact") or hasattr(report, "interpact_cassettes"):
            self._waiting.setdefault(report.nodeid, []).append(report)
        if report.when == "teardown":
            self._settle(report.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a run of which more was asked than it kept, and write the reports."""
        for name in list(self._waiting):  # those whose process died
            self._settle(name)
        self._is_partial |= bool(session.shouldfail or session.shouldstop)
        if self._is_worker:
            cast("Any", self._config).workeroutput[_PARTIAL] = self._is_partial
            return
        self._add_stages()
        for _, portion in sorted(self._portions.items()):
            self._merge(portion)
        if self._written is not None:
            self._written.finish(session, self._report, self._gates())
        broken = any(gate.kept is False and gate.name not in _FAIL_THEMSELVES for gate in self._gates())
        if broken and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_unconfigure(self) -> None:
        """Leave no half of a report."""
        if self._written is not None:
            self._written.discard()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, exitstatus: int) -> None:
        """Say what the run amounts to, where there is anything to say."""
        if self._written is not None:
            self._written.tell(terminalreporter)
        gates = self._gates()
        if self._is_silent or (self._report is None and not gates):
            return
        from ..report import Report
        from .given import options_of
        from .summary import unused, write

        unread = unused(self._uses, options_of(self._config)) if self._is_complete(exitstatus) else []
        write(terminalreporter, self._report or Report(), gates, unread)

    def _is_complete(self, exitstatus: int) -> bool:
        """Whether all tests were run to their end, so that something can be said about what was not used."""
        if self._is_partial or exitstatus not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
            return False
        is_named = self._config.args_source is pytest.Config.ArgsSource.ARGS
        return not is_named or all(Path(word).is_dir() for word in self._config.args)

    def _add_stages(self) -> None:
        """Take in what the stages of a live implementation found, each as it was run last."""
        from ..packing import unpacked

        for stage in self._stages.values():
            self._merge(unpacked(stage.report))

    def _gates(self) -> tuple[Gate, ...]:
        """What is asked of the run, and whether it was kept; what a part of it leaves unused is no news."""
        if self._options is None or self._asked is None or self._is_silent:
            return ()
        if self._report is None and not self._asked.fail_under:
            return ()
        from ..report import Report

        gates = self._asked.gates(self._report or Report(), self._options.settings())
        return tuple(gate for gate in gates if gate.kept is not None or not self._is_partial)

    def _settle(self, name: str) -> None:
        from .tally import attached, attached_uses

        for report in self._waiting.pop(name, ()):
            found = attached(report)
            if found is not None:
                self._merge(found)
            uses = attached_uses(report)
            if uses is not None:
                self._uses = self._uses or uses
                self._uses.merge(uses)

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
