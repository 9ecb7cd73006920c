"""The stages of a run in the order of their turns, and the requests that each consists of."""

from __future__ import annotations

import random
from enum import StrEnum
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from ...strategies import probes as tries
from .credentials import NEAR
from .events import Phase

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...strategies.probes import Probe
    from .plan import Plan


class Stage(StrEnum):
    """A part of a run that can be had by itself."""

    CUSTOMERS = "customers"
    """The known customers are read; the others begin with that, too."""
    AT_ONCE = "at the same time"
    PROTOCOL = "protocol"
    CREDENTIALS = "credentials"
    REFUSALS = "refusals"
    RELATIONS = "relations"
    EXAMPLES = "examples"
    COVERAGE = "coverage"
    FUZZING = "fuzzing"


PHASES: Final = {Stage(phase.value): phase for phase in Phase}
"""The stages that are phases of Schemathesis."""


def lacking(stage: Stage, plan: Plan) -> str | None:
    """What was not given, by its name in `Aim`, so that a stage has nothing to send; `None` where it has.

    >>> from interpact.contract.fuzz.plan import Plan
    >>> from interpact.contract.settings import Settings
    >>> lacking(Stage.AT_ONCE, Plan([], Settings())), lacking(Stage.REFUSALS, Plan([], Settings()))
    ('customers', None)
    """
    if stage in {Stage.CUSTOMERS, Stage.AT_ONCE} and not plan.customers:
        return "customers"
    if stage is Stage.CREDENTIALS and not plan.authenticated:
        return "auth"
    return "examples" if stage in PHASES and not plan.examples else None


def chance_of(stage: Stage, seed: int) -> random.Random:
    """What a stage leaves to chance: the same for the same seed, whichever stages were run before."""
    return random.Random(f"{seed}/{stage.value}")  # noqa: S311 - repeatable, not secret


def probes_of(stage: Stage, plan: Plan) -> Iterator[Probe]:
    """The requests that a stage consists of, as far as they can be known before; Schemathesis' cannot."""
    chance, known = chance_of(stage, plan.seed), plan.customers
    if stage is Stage.CUSTOMERS:
        yield from tries.reads(known)
    elif stage is Stage.PROTOCOL:
        yield from tries.protocol(known, chance)
    elif stage is Stage.CREDENTIALS and plan.authenticated:
        yield from tries.credentials(known, chance, NEAR)
    elif stage is Stage.REFUSALS:
        yield from tries.refusals(known, chance)
    elif stage is Stage.RELATIONS:
        yield from _interleaved(
            tries.filters(known, chance),
            tries.spellings(known, chance),
            tries.strangers(known, chance),
            tries.contradictions(known, chance),
            tries.reads(known),
        )


def _interleaved(*streams: Iterable[Probe]) -> Iterator[Probe]:
    """One probe of each stream in turn, so that a budget cuts all of them alike."""
    for turn in zip_longest(*streams):
        yield from (probe for probe in turn if probe is not None)
