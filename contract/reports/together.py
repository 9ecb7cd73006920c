"""All the reports of a run together: those on the screen, and those in files, which are opened before it begins."""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING

from ..ending import COMPLETE, Ending
from ..outputs.parts import refuse_conflicts
from .writing import ReportFile, StepSummary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..ending import Gate
    from ..inputs import Input
    from ..readers.base import Problem
    from ..report import Report
    from ..runner import Event
    from .base import About, Reporter
    from .registry import Target


class Files:
    """The files of reports: whole at the end, whatever the end is, or not there."""

    def __init__(
        self, targets: Sequence[Target], inputs: Sequence[Input | Problem] = (), others: Iterable[Path] = ()
    ) -> None:
        """`inputs` are read, and `others` written, by the run.

        Raises `OutputError` where a file cannot be written, so that nothing is read in vain.
        """
        refuse_conflicts([*others, *(Path(one.path) for one in targets if one.path is not None)], inputs)
        if any(one.path is None for one in targets):
            StepSummary.asked()
        self._opened: list[tuple[Target, ReportFile | None]] = []
        try:
            for one in targets:
                self._opened.append((one, None if one.path is None else ReportFile(Path(one.path))))
        except BaseException:
            self.discard()
            raise

    def reporters(self, about: About, screen: IO[bytes]) -> list[Reporter]:
        """What writes them; reports without a file go to `screen`."""
        return [one.form.load()(screen if file is None else file.stream, about) for one, file in self._opened]

    @property
    def names(self) -> list[str]:
        """The form and the path of each, as people are told of them."""
        return [f"{one.form.name}: {one.path}" for one, file in self._opened if file is not None]

    def finish(self) -> None:
        """Put the files in their places. Raises `OutputError`."""
        for _, file in self._opened:
            if file is not None:
                file.finish()

    def discard(self) -> None:
        """Leave nothing of what is not in its place."""
        for _, file in self._opened:
            if file is not None:
                file.discard()


class Reports:
    """Several reports as one."""

    def __init__(self, reporters: Sequence[Reporter], files: Files) -> None:
        self._reporters = reporters
        self._files = files

    def hear(self, event: Event | Gate) -> None:
        """Tell every report."""
        for reporter in self._reporters:
            reporter.hear(event)

    def finish(self, report: Report, ending: Ending = COMPLETE) -> None:
        """Finish every report, and put the files in their places. Raises `OutputError`."""
        for reporter in self._reporters:
            reporter.finish(report, ending)
        self._files.finish()
