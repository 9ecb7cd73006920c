"""A baseline: kinds of findings that are known and accepted until a day, by fingerprint; never counted as passed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

import msgspec

from .ending import Gate
from .report import ELSEWHERE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .report import Group, Report
    from .settings import Settings

_NAMED: Final = 5
"""Entries that a message names."""


class BaselineError(Exception):
    """A baseline that cannot be used; the message names the file and what is wrong."""


class Accepted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One accepted kind of finding: its fingerprint, the last day of the acceptance, and why.

    `rule` and `where` say for people what the fingerprint stands for; nothing is decided by them.
    """

    fingerprint: str
    until: date
    why: str = ""
    rule: str = ""
    where: str = ""

    def __str__(self) -> str:
        """What is accepted, as far as the entry tells."""
        return " ".join(part for part in (self.rule, self.where, f"({self.fingerprint})") if part)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    accepted: tuple[Accepted, ...]
    version: int = 1


class Baseline(msgspec.Struct, frozen=True):
    """What a file accepts.

    >>> known = Baseline((Accepted("bb36abf56ca6eee2", date(2027, 1, 31), "ticket 17"),))
    >>> known.accepts(date(2027, 1, 31)), known.accepts(date(2027, 2, 1))
    (frozenset({'bb36abf56ca6eee2'}), frozenset())
    """

    entries: tuple[Accepted, ...] = ()

    def accepts(self, today: date) -> frozenset[str]:
        """The fingerprints that are accepted on a day; the last day of an entry is one of them."""
        return frozenset(one.fingerprint for one in self.entries if today <= one.until)

    def reason(self, fingerprint: str) -> str:
        """Until when findings are accepted, and why, in words; nothing for a fingerprint that is not known."""
        known = [one for one in self.entries if one.fingerprint == fingerprint]
        if not known:
            return ""
        last = max(known, key=lambda one: one.until)
        return f"accepted until {last.until}{': ' if last.why else ''}{last.why}"

    def gates(self, report: Report, settings: Settings, today: date) -> list[Gate]:
        """What there is to say of entries that are past their day and came back, and of those that matched nothing."""
        found = {group.fingerprint: group for group in report.groups() if group.where != ELSEWHERE}
        accepted = self.accepts(today)
        late = [one for one in self.entries if one.fingerprint in found.keys() - accepted]
        idle = [one for one in self.entries if one.fingerprint not in found]
        told: list[Gate] = []
        if late:
            fails = any(settings.fails(one.code, one.severity) for one in map(found.get, _prints(late)) if one)
            message = f"{_entries(late)} of the baseline past their day, and these findings count again: {_names(late)}"
            told.append(Gate(name="baseline", kept=False if fails else None, message=message))
        if idle:
            message = f"{_entries(idle)} of the baseline matched nothing: {_names(idle)}"
            told.append(Gate(name="baseline", kept=None, message=message))
        return told

    def with_groups(self, groups: Iterable[Group], until: date, why: str, today: date) -> Baseline:
        """This baseline and these groups of findings. What is accepted today keeps its day; what was is renewed.

        >>> Baseline().with_groups([], date(2027, 1, 31), "ticket 17", date(2026, 1, 1))
        Baseline(entries=())
        """
        fresh = {
            group.fingerprint: Accepted(group.fingerprint, until, why, group.code, group.where)
            for group in groups
            if group.where != ELSEWHERE and group.fingerprint not in self.accepts(today)
        }
        kept = [one for one in self.entries if one.fingerprint not in fresh]
        return Baseline((*kept, *sorted(fresh.values(), key=lambda one: (one.rule, one.where, one.fingerprint))))

    def written(self) -> bytes:
        r"""The file: JSON for people to read and review, one entry after the other.

        >>> Baseline().written()
        b'{\n  "accepted": [],\n  "version": 1\n}\n'
        """
        return msgspec.json.format(msgspec.json.encode(_File(self.entries)), indent=2) + b"\n"


def read_baseline(path: Path) -> Baseline:
    """What a file accepts. Raises `BaselineError`.

    The file is JSON: `{"accepted": [{"fingerprint": "...", "until": "2027-01-31", "why": "ticket 17"}]}`.
    """
    try:
        return Baseline(msgspec.json.decode(path.read_bytes(), type=_File).accepted)
    except (OSError, msgspec.MsgspecError) as error:
        message = f"{path}: not a baseline: {error}"
        raise BaselineError(message) from None


def today() -> date:
    """The day on which it is decided what is accepted: that of UTC, wherever the run is.

    >>> today() >= date(2026, 1, 1)
    True
    """
    return datetime.now(UTC).date()


def _prints(entries: Iterable[Accepted]) -> list[str]:
    return [one.fingerprint for one in entries]


def _entries(some: list[Accepted]) -> str:
    return f"{len(some)} {'entry' if len(some) == 1 else 'entries'}"


def _names(some: list[Accepted]) -> str:
    named = ", ".join(str(one) for one in some[:_NAMED])
    return f"{named}, and {len(some) - _NAMED} more" if len(some) > _NAMED else named
