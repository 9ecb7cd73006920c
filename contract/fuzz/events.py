"""The words of an exploration: what was asked, what came of it, and what is told on the way. No secret is in any."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..exchange import Exchange
    from .ask import Ask
    from .heard import Heard


class Phase(StrEnum):
    """A part of an exploration, in the order of their turns."""

    EXAMPLES = "examples"
    """What the document gives as examples, and the plainest question about each known customer."""
    COVERAGE = "coverage"
    """Every value, boundary and mistake that the document's schemas name, one at a time."""
    FUZZING = "fuzzing"
    """What strategies make up, with shrinking."""


class Mode(StrEnum):
    """Whether a request is meant to be valid."""

    POSITIVE = "positive"
    NEGATIVE = "negative"


class End(StrEnum):
    """Why an exploration is over."""

    COMPLETED = "completed"
    STOPPED = "stopped"
    """The budget is spent, or the caller wanted no more."""
    GONE = "gone"
    """The endpoint answers no more."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Explored:
    """One request that was sent, and what came of it.

    `mode` is what the document alone says of the request: one that it allows may still be wrong by a rule that JSON
    Schema cannot say. `about` tells what the request tries, in words without values; `curl` is a command that sends
    it again, without credentials.
    """

    ask: Ask
    heard: Heard
    phase: Phase
    mode: Mode
    about: str
    curl: str

    @property
    def exchange(self) -> Exchange:
        """The request and its response, for `check`; there is no response where none came."""
        return self.heard.exchange

    @property
    def elapsed(self) -> float:
        """Seconds from sending to the last byte."""
        return self.heard.elapsed

    @property
    def size(self) -> tuple[int, int, str]:
        """Smaller for a request that is easier to read: fewer parameters, then fewer letters."""
        return self.ask.target.count("="), len(self.ask.target), self.ask.target

    def __repr__(self) -> str:
        """Say what was tried; request and response may hold personal values."""
        return f"<Explored {self.phase.value}, {self.mode.value}: {self.about}>"


Judge = Callable[[Explored], Collection[str]]
"""What is wrong with an exchange, as keys: equal keys are the same mistake, and one example of each is made small.

It is called from the thread that sent the request, once for each, those made while shrinking included.
"""


@dataclass(frozen=True, slots=True)
class PhaseStarted:
    """A phase begins; `mode` is `None` where it mixes them."""

    phase: Phase
    mode: Mode | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is: requests of the whole exploration, and how many of them had no answer."""

    phase: Phase
    requests: int
    unanswered: int


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A request had no answer; its `heard.failure` says of what kind, `heard.why` in words without values."""

    explored: Explored


@dataclass(frozen=True, slots=True)
class Minimal:
    """The smallest request so far for which the judge named `key`; a later event replaces an earlier one."""

    key: str
    explored: Explored


@dataclass(frozen=True, slots=True)
class Problem:
    """The engine could not do a part of its work: what sort of thing went wrong, without values."""

    phase: Phase
    reason: str


@dataclass(frozen=True, slots=True)
class PhaseFinished:
    """A phase is over; `requests` counts those of the whole exploration."""

    phase: Phase
    mode: Mode | None
    requests: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event. `reason` says in words what ended it early; `elapsed` in seconds."""

    end: End
    reason: str
    requests: int
    unanswered: int
    elapsed: float


Event = PhaseStarted | Progress | Unanswered | Minimal | Problem | PhaseFinished | Finished
