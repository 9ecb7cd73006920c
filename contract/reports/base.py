"""What a report is: it listens to the events of a run and says at the end what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ..report import Report
    from ..runner import Event


class Reporter(Protocol):
    """One form of report."""

    def hear(self, event: Event) -> None:
        """Take note of an event while the run goes on."""
        ...

    def finish(self, report: Report, *, interrupted: bool = False) -> None:
        """Say what was found; `interrupted` where the run did not come to its end."""
        ...
