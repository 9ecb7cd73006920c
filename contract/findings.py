"""What checking results in: verdicts and findings, small and picklable, with nothing private in them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, cast, overload

import msgspec

from ..schemas.rules import RULES, Part, Rule, Severity
from .coverage import Coverage
from .exchange import Place, Reason
from .keep import Kept
from .pointers import folded
from .statistics import Statistics
from .tolerance import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .settings import Settings


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


class Plain(Sequence[Verdict]):
    """The verdicts on lines of one file that follow each other: made when they are looked at, and small on the way."""

    __slots__ = ("_count", "_failed", "_file", "_number", "_reasons")

    def __init__(self, file: str, number: int, count: int, failed: set[int], reasons: dict[int, Reason]) -> None:
        self._file = file
        self._number = number
        self._count = count
        self._failed = failed
        self._reasons = reasons

    def states(self) -> Counter[str]:
        """How many verdicts of each kind there are."""
        unchecked = len(self._reasons.keys() - self._failed)
        counts = {State.FAIL: len(self._failed), State.UNCHECKED: unchecked}
        counts[State.PASS] = self._count - counts[State.FAIL] - unchecked
        return Counter({state.value: count for state, count in counts.items() if count})

    def reasons(self) -> Counter[str]:
        """Why how many of them were not judged."""
        return Counter(reason.value for index, reason in self._reasons.items() if index not in self._failed)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Verdict: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Verdict]: ...
    def __getitem__(self, index: int | slice) -> Verdict | Sequence[Verdict]:
        if isinstance(index, slice):
            return tuple(self[one] for one in range(*index.indices(self._count)))
        known = range(self._count)[index]
        place = Place(self._file, None, self._number + known)
        if known in self._failed:
            return Verdict(place, State.FAIL)
        reason = self._reasons.get(known)
        return Verdict(place, State.PASS if reason is None else State.UNCHECKED, reason)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(cast("Sequence[object]", other))

    __hash__ = None  # pyright: ignore[reportAssignmentType] - as of any sequence that is no tuple


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
    accepted: bool = False
    """Whether a baseline accepts findings of this fingerprint; they are reported all the same."""

    @property
    def rule(self) -> Rule:
        """The rule that was broken."""
        return RULES[self.code]

    @property
    def where(self) -> str:
        """The pointer with what differs between places of the same kind folded: indices, and names that are data."""
        return folded(self.pointer, names=self.part in {Part.BODY, Part.QUERY})

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits, equal for the same rule at the same kind of place, whatever the values."""
        return fingerprint(self.code, self.part, self.where)

    def moved(self, lines: int) -> Finding:
        """The same finding where so many lines come before what its place was counted from."""
        return msgspec.structs.replace(self, place=self.place.moved(lines))

    def __str__(self) -> str:
        """One line: place, pointer, code, what was expected and what was there."""
        return f"{self.place} {self.pointer or '(whole)'} {self.code}: expected {self.expected}, got {self.actual}"


class Outcome(msgspec.Struct, frozen=True):
    """What checking a batch gave: one verdict an exchange, in its order, the findings sorted by place, the coverage."""

    verdicts: Sequence[Verdict]
    findings: tuple[Finding, ...]
    coverage: Coverage = msgspec.field(default_factory=Coverage)
    """What the exchanges with the verdict pass exercised."""
    kept: Kept | None = None
    """What was asked to be kept of the exchanges."""
    statistics: Statistics | None = None
    """The figures, if they were asked for."""
    tallies: dict[str, Tally] = msgspec.field(default_factory=dict[str, Tally])
    """What was counted for each tolerance, by its name."""
    recordings: tuple[tuple[str, Finding], ...] = ()
    """What each of them would be if it were recorded a second time (`recordings.again`), if that is asked for."""
    forgiven: int = 0
    """Of the exchanges that fail, those that do so only by findings that a baseline accepts."""


def states(verdicts: Sequence[Verdict]) -> Counter[str]:
    """How many verdicts of each kind there are.

    >>> states([Verdict(Place("a.json"), State.PASS)])
    Counter({'pass': 1})
    """
    return verdicts.states() if isinstance(verdicts, Plain) else Counter(one.state.value for one in verdicts)


def reasons(verdicts: Sequence[Verdict]) -> Counter[str]:
    """Why how many exchanges were not judged.

    >>> reasons([Verdict(Place("a.json"), State.UNCHECKED, Reason.NO_BODY)])
    Counter({'no body': 1})
    """
    if isinstance(verdicts, Plain):
        return verdicts.reasons()
    return Counter(one.reason.value for one in verdicts if one.reason is not None)


def forgiven(findings: Iterable[Finding], settings: Settings) -> set[int]:
    """The exchanges that fail, but only by findings that a baseline accepts.

    >>> from interpact.contract.settings import Settings
    >>> forgiven([Finding("IP101", Severity.ERROR, Part.BODY, "", "", "", Place("a"), 0, accepted=True)], Settings())
    {0}
    """
    failing = [one for one in findings if settings.fails(one.code, one.severity)]
    return {one.exchange for one in failing} - {one.exchange for one in failing if not one.accepted}


def fingerprint(code: str, part: Part, where: str) -> str:
    """The fingerprint of findings of one rule at one kind of place.

    >>> fingerprint("IP201", Part.BODY, "/interaction/*/count")
    'bb36abf56ca6eee2'
    """
    return hashlib.blake2b(f"{code} {part.value} {where}".encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
