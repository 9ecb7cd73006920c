"""Tolerances: how large a share of objects may break a rule, or have a value, decided with a stated confidence."""

from __future__ import annotations

import re
from math import ceil
from typing import TYPE_CHECKING, Any, Final

import msgspec

from ..schemas.rules import RULES
from ..schemas.tables import TABLES
from .binomial import at_least, interval
from .ending import Gate

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFIDENCE: Final = 0.95
"""Where none is named; the convention since R. A. Fisher, Statistical Methods for Research Workers (1925)."""

_MOST: Final = 10**9
"""Objects beyond which nobody waits for a decision."""
_PERCENT: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)\s*%")
_COLUMN: Final = re.compile(r"(\w+)\.(\w+)\s*=\s*(\S.*?)\s*")
_BOOLEANS: Final = {"true": True, "false": False}


class ToleranceError(ValueError):
    """A tolerance that makes no sense; the message says why, and what would."""


class Tolerance(msgspec.Struct, frozen=True):
    """The findings of a rule, or a value of a column of a table, in at most a share (0 to 1) of the objects.

    Make one with `Tolerance.of`.
    """

    name: str
    at_most: float
    confidence: float = CONFIDENCE
    rule: str | None = None
    table: str | None = None
    column: str | None = None
    value: str | int | bool | None = None

    @classmethod
    def of(cls, name: str, told: object) -> Tolerance:
        """A tolerance as it stands in a configuration file; raises `ToleranceError`.

        >>> Tolerance.of("IP214", "2%").at_most
        0.02
        >>> Tolerance.of("messages.status = UNKNOWN", {"at-most": "2%", "confidence": 0.99}).value
        'UNKNOWN'
        """
        words: Mapping[str, Any] = {"at-most": told} if isinstance(told, str) else _table(told)
        for word in words.keys() - {"at-most", "confidence"}:
            message = f"unknown key {word!r}; known are at-most, confidence"
            raise ToleranceError(message)
        about = {"rule": name} if _is_rule(name) else _column(name)
        return cls(name, _share(words.get("at-most")), _confidence(words.get("confidence", CONFIDENCE)), **about)

    def gate(self, seen: Tally) -> Gate:
        """What is decided after so much was seen."""
        share = f"{100 * self.at_most:g}%"
        if not seen.objects:
            return self._gate(None, f"nothing was seen that it is about, {share} is tolerated: undecided")
        low, high = interval(seen.hits, seen.objects, self.confidence)
        kept = self.decision(seen)
        figures = (
            f"{seen.hits:,} of {seen.objects:,} {seen.noun}, {percent(seen.hits / seen.objects)}; with a confidence of "
            f"{100 * self.confidence:g}% the share is {percent(low)} to {percent(high)}, {share} is tolerated"
        )
        return self._gate(kept, f"{figures}: {'undecided, ' + self._needed(seen) if kept is None else _WORDS[kept]}")

    def decision(self, seen: Tally) -> bool | None:
        """Whether it is kept: the bounds of Clopper and Pearson compared with the share, without computing them."""
        risk = (1 - self.confidence) / 2
        if at_least(seen.hits, seen.objects, self.at_most) < risk:
            return False
        return True if 1 - at_least(seen.hits + 1, seen.objects, self.at_most) <= risk else None

    def _needed(self, seen: Tally) -> str:
        """How many more objects would be needed, if what they show is as before."""
        share = seen.hits / seen.objects
        low, high = seen.objects, seen.objects
        while self.decision(Tally(high, round(share * high))) is None:
            if high >= _MOST:
                return "and will be for long: what was seen is too near to it"
            low, high = high, 2 * high
        while high - low > max(1, low // 100):
            middle = (low + high) // 2
            if self.decision(Tally(middle, round(share * middle))) is None:
                low = middle
            else:
                high = middle
        return f"about {_rounded(high - seen.objects):,} more of the kind would decide it"

    def _gate(self, kept: bool | None, message: str) -> Gate:  # noqa: FBT001 - the three ends of a gate
        return Gate(name=f"tolerance {self.name}", kept=kept, message=message)


class Tally(msgspec.Struct):
    """How many objects were judged, and how many of them were hit."""

    objects: int = 0
    hits: int = 0
    noun: str = "exchanges"
    """What the objects are: rows of this table, or exchanges."""


def take(into: dict[str, Tally], tallies: Mapping[str, Tally]) -> None:
    """Add up what was counted elsewhere, by the names of tolerances.

    >>> total = {"IP214": Tally(10, 1)}
    >>> take(total, {"IP214": Tally(5, 2)})
    >>> total["IP214"]
    Tally(objects=15, hits=3, noun='exchanges')
    """
    for name, tally in tallies.items():
        known = into.setdefault(name, Tally(noun=tally.noun))
        known.objects += tally.objects
        known.hits += tally.hits


def percent(share: float) -> str:
    """A share as a percentage with two digits that count.

    >>> percent(0.020123), percent(0.0000123), percent(1)
    ('2%', '0.0012%', '100%')
    """
    return f"{100 * share:.2g}%" if share < 0.995 else f"{100 * share:.4g}%"  # noqa: PLR2004 - 99.5 has two digits


_WORDS: Final = {True: "kept", False: "broken"}


def _is_rule(name: str) -> bool:
    if "." in name or "=" in name:
        return False
    if name not in RULES:
        message = "neither a rule's code, such as IP214, nor a value of a column, such as messages.status = UNKNOWN"
        raise ToleranceError(message)
    if RULES[name].across:
        message = f"{name} compares several exchanges: of one of them alone nothing can be counted"
        raise ToleranceError(message)
    return True


def _column(name: str) -> dict[str, Any]:
    """The parts of `messages.status = UNKNOWN`, the value in the type of its column."""
    found = _COLUMN.fullmatch(name)
    columns = TABLES[found[1]].columns if found and found[1] in TABLES else {}
    if found is None or found[2] not in columns:
        known = ", ".join(f"{one.name}.{column}" for one in TABLES.values() for column in one.columns)
        message = f"no value of a column, TABLE.COLUMN = VALUE; columns are {known}"
        raise ToleranceError(message)
    return {"table": found[1], "column": found[2], "value": _value(found[3].strip("\"'"), columns[found[2]])}


def _value(text: str, kind: str) -> str | int | bool:
    try:
        if kind == "boolean":
            return _BOOLEANS[text.lower()]
        return int(text) if kind == "integer" else text
    except (ValueError, KeyError):
        message = f"{text!r} is no {kind}"
        raise ToleranceError(message) from None


def _table(told: object) -> Mapping[str, Any]:
    if isinstance(told, dict):
        return told  # pyright: ignore[reportUnknownVariableType] - tables of TOML have texts for keys
    message = 'a share is written as "2%", or as { at-most = "2%", confidence = 0.99 }'
    raise ToleranceError(message)


def _share(told: object) -> float:
    found = _PERCENT.fullmatch(told.strip()) if isinstance(told, str) else None
    share = None if found is None else float(found[1]) / 100
    if share is None or share > 1:
        message = f'{told!r} is no share: one is written as "2%"'
        raise ToleranceError(message)
    return share


def _confidence(told: object) -> float:
    if isinstance(told, float) and 0.5 <= told < 1:  # noqa: PLR2004 - below, a coin would do
        return told
    message = f"{told!r} is no confidence: a number from 0.5 to less than 1, such as 0.99"
    raise ToleranceError(message)


def _rounded(number: int) -> int:
    """The number with two digits that count, rounded up."""
    unit = 10 ** max(0, len(str(number)) - 2)
    return max(1, ceil(number / unit)) * unit
