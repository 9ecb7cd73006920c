"""What a report is: it listens to the events of a run and says at the end what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from ..ending import COMPLETE, Ending

if TYPE_CHECKING:
    from ..report import Report
    from ..runner import Event


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a report is about, and how much of it is wanted.

    `facts` are what a command has to tell beside its findings, in the order in which they are shown: `("seed", "7")`.
    """

    command: str = "check"
    all_places: bool = False
    max_findings: int = 100
    coverage: bool = False
    """Whether people want to be told of the coverage."""
    all_gaps: bool = False
    """Whether every gap of the coverage is wanted, rather than the first few."""
    facts: tuple[tuple[str, str], ...] = ()


class Reporter(Protocol):
    """One form of report."""

    def hear(self, event: Event) -> None:
        """Take note of an event while the run goes on."""
        ...

    def finish(self, report: Report, ending: Ending = COMPLETE) -> None:
        """Say what was found, and how the run ended."""
        ...
