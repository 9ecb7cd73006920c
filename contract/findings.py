"""What checking results in: verdicts and findings, small and picklable, with nothing private in them."""

from __future__ import annotations

import hashlib
from enum import StrEnum

import msgspec

from ..schemas.rules import RULES, Part, Rule, Severity
from .coverage import Coverage
from .exchange import Place, Reason
from .pointers import folded


class State(StrEnum):
    """The three verdicts."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    UNCHECKED = "unchecked"


class Verdict(msgspec.Struct, frozen=True):
    """Whether one exchange keeps the contract, or why that was not judged."""

    place: Place
    state: State
    reason: Reason | None = None


class Finding(msgspec.Struct, frozen=True):
    """One rule broken at one place of one exchange.

    `pointer` starts at `part` of the exchange; `expected` and `actual` are texts fit for a report.
    """

    code: str
    severity: Severity
    part: Part
    pointer: str
    expected: str
    actual: str
    place: Place
    exchange: int
    """Index of the exchange in the batch that was checked."""
    correlation: str | None = None
    """What identifies the exchange in the provider's logs."""

    @property
    def rule(self) -> Rule:
        """The rule that was broken."""
        return RULES[self.code]

    @property
    def where(self) -> str:
        """The pointer with array indices folded: equal for places of the same kind."""
        return folded(self.pointer)

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits, equal for the same rule at the same kind of place, whatever the values."""
        return fingerprint(self.code, self.part, self.where)

    def __str__(self) -> str:
        """One line: place, pointer, code, what was expected and what was there."""
        return f"{self.place} {self.pointer or '(whole)'} {self.code}: expected {self.expected}, got {self.actual}"


class Outcome(msgspec.Struct, frozen=True):
    """What checking a batch gave: one verdict an exchange, in its order, the findings sorted by place, the coverage."""

    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    coverage: Coverage = msgspec.field(default_factory=Coverage)
    """What the exchanges with the verdict pass exercised."""


def fingerprint(code: str, part: Part, where: str) -> str:
    """The fingerprint of findings of one rule at one kind of place.

    >>> fingerprint("IP201", Part.BODY, "/interaction/*/count")
    'bb36abf56ca6eee2'
    """
    return hashlib.blake2b(f"{code} {part.value} {where}".encode(), digest_size=8).hexdigest()
