"""A progress bar on standard error, for large inputs on a terminal; nothing in a pipe."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from ..runner import Checked, Event, Opened, Run
from .options import console

if TYPE_CHECKING:
    from collections.abc import Iterator

_LARGE: Final = 8 * 1024 * 1024
"""Bytes of input below which a run is over before a bar is read."""


def watched(run: Run, color: str) -> Iterator[Event]:
    """The events of a run, shown as they pass."""
    if not sys.stderr.isatty():
        return iter(run)
    return _shown(run, color)


def _shown(run: Run, color: str) -> Iterator[Event]:
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=console(color, stderr=True), transient=True)
    task = bar.add_task("exchanges", total=None)
    with bar:
        for event in run:
            if isinstance(event, Opened):
                bar.update(task, description=event.source.name)
            if isinstance(event, Checked):
                bar.update(task, advance=len(event.outcome.verdicts))
            yield event
