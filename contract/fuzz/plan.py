"""What a run is about, before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ...schemas.rules import Profile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..settings import Settings
    from .customers import Customer


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is about: who is known, what is promised, by which seed, with how many workers."""

    customers: Sequence[Customer]
    settings: Settings
    seed: int = 0
    workers: int = 2
    examples: int = 100
    """Requests that Schemathesis makes up."""
    authenticated: bool = False
    until: frozenset[str] | None = None
    """Rules one of which ends the run when it is found broken; any error, if it is empty."""

    @property
    def strict(self) -> bool:
        """Whether every clause of reference-behaviour is asked for."""
        return self.settings.profile is Profile.STRICT


def seed_of_the_day() -> int:
    """The seed of a run that was given none: the same all day, another one tomorrow."""
    return datetime.now(UTC).toordinal()
