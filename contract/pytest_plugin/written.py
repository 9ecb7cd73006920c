"""The reports of a whole run of tests, `--interpact-report`: of all workers, whatever the end of the run is."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Self

import pytest

if TYPE_CHECKING:
    from ..ending import Gate
    from ..report import Report
    from ..reports.together import Files
    from .reading import Options


class Written:
    """Files of reports, opened before the first test runs."""

    def __init__(self, options: Options, files: Files) -> None:
        self._options = options
        self._files = files
        self._screen = io.BytesIO()

    @classmethod
    def asked(cls, options: Options) -> Self | None:
        """What was asked for, if anything was. Raises `pytest.UsageError` where a file cannot be written."""
        if not options.reports:
            return None
        from ..outputs.parts import OutputError
        from ..reports.together import Files
        from ..sources import find_inputs

        try:
            return cls(options, Files(options.reports, list(find_inputs(options.captures))))
        except OutputError as error:
            message = f"--interpact-report: {error}"
            raise pytest.UsageError(message) from None

    def finish(self, session: pytest.Session, report: Report | None, gates: tuple[Gate, ...]) -> None:
        """Write the reports and put them in their places."""
        from ..ending import Ending
        from ..report import Report
        from ..reports.base import About
        from ..reports.together import Reports

        about = About.of("pytest", self._options.settings())
        reports = Reports(self._files.reporters(about, self._screen), self._files)
        ends = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED}
        is_cut = bool(session.shouldfail or session.shouldstop) or session.exitstatus not in ends
        reports.finish(report or Report(), Ending(interrupted=is_cut, gates=gates))

    def tell(self, terminal: pytest.TerminalReporter) -> None:
        """Say what was written, and show what goes to the screen."""
        for line in self._screen.getvalue().decode().splitlines():
            terminal.write_line(line)
        for name in self._files.names:
            terminal.write_line(f"interpact report {name}")

    def discard(self) -> None:
        """Leave nothing of what is not in its place."""
        self._files.discard()
