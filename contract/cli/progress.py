"""A progress bar on standard error, for large inputs on a terminal; nothing in a pipe."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from .options import console

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..runner import Event, Run
    from ..spark import SparkRun

_LARGE: Final = 8 * 1024 * 1024
"""Bytes of input below which a run is over before a bar is read."""


def watched(run: Run | SparkRun, color: str) -> Iterator[Event]:
    """The events of a run, shown as they pass; standard input has no size and no bar."""
    terminal = sys.stderr is not None and sys.stderr.isatty()  # pyright: ignore[reportUnnecessaryComparison] - 2>&-
    return _shown(run, color) if terminal and run.size >= _LARGE else iter(run)


def _shown(run: Run | SparkRun, color: str) -> Iterator[Event]:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("checking"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(color, stderr=True), transient=True) as bar:
        task = bar.add_task("checking", total=run.size)
        for event in run:
            bar.update(task, completed=run.position)
            yield event
