"""What a fault is: one named misbehaviour of the reference server, planted into a model or into what leaves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from ...schemas.model import Answer, Headers, Options, Request
from ...schemas.population import Population

Model: TypeAlias = Callable[[Population, Request, Options], Answer]
"""What `schemas.model.answer` is, and what a fault makes of it."""


class Family(StrEnum):
    """The kinds of faults."""

    SHAPE = "shape and type"
    CALENDAR = "format and calendar"
    CROSS_FIELD = "cross-field"
    FILTERS = "filters"
    IDENTIFIERS = "identifiers"
    VALIDATION = "input validation"
    PROTOCOL = "protocol"
    STABILITY = "stability"
    SECURITY = "security"
    RARE = "rare data"


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes over the wire.

    A `content-length` among the headers is sent as it is, true or not; otherwise the server adds the true one.
    `delay` is waited for first, in seconds. `late`, where given, is asked for the reply after the delay, when other
    requests may have come in between. `cut` closes the connection after the content, whatever was announced.
    """

    status: int
    headers: Headers
    content: bytes
    delay: float = 0.0
    cut: bool = False
    late: Callable[[], Reply] | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        """Tell status and size only; the content is personal."""
        return f"<Reply {self.status}, {len(self.content)} bytes>"


Wire: TypeAlias = Callable[[Request, Reply], Reply]
"""What is done to a reply before it leaves."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """Where a fault takes hold, in one server: it wraps the model, or changes what leaves."""

    model: Callable[[Model], Model] | None = None
    wire: Wire | None = None


Plant: TypeAlias = Callable[[], Hooks]
"""Makes the hooks for one server; what a fault remembers from call to call begins here, and is never shared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One misbehaviour.

    `breaks` names the clauses of reference-behaviour that it breaks; `expected` the rules of which at least one
    notices it in a single response (empty: only a relation between several responses, or a strict clause, does).
    `rare` tells that only some customers or messages show it.
    """

    name: str
    family: Family
    title: str
    breaks: tuple[str, ...]
    plant: Plant = field(repr=False)
    expected: tuple[str, ...] = ()
    rare: bool = False


@dataclass(frozen=True, slots=True)
class Chapter:
    """Makes the faults of one family."""

    family: Family

    def __call__(  # noqa: PLR0913 - one for each field
        self, name: str, title: str, breaks: str, plant: Plant, expected: str = "", *, rare: bool = False
    ) -> Fault:
        """A fault; clauses and codes are separated by blanks."""
        return Fault(
            name=name,
            family=self.family,
            title=title,
            breaks=tuple(breaks.split()),
            plant=plant,
            expected=tuple(expected.split()),
            rare=rare,
        )
