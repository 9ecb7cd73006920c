"""What the user chose about judging; a frozen value that `check` is told."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from ..schemas.rules import RULES, Profile, Rule, Severity
from .limits import LIMITS
from .tolerance import Tolerance


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How exchanges are judged.

    `select` and `ignore` hold rule codes or beginnings of codes (`IP2`); an empty `select` means every rule. `now`
    stands for the time of a response that has no Date. `key` keys the hashes of placeholders: two runs with the same
    key give equal values equal placeholders.

    >>> Settings(ignore=("IP2",)).severity(RULES["IP201"]) is None
    True
    """

    fail_on: Severity = Severity.ERROR
    strict: bool = False
    otp_masked: bool = False
    profile: Profile = Profile.DOCUMENTED
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    accepted: frozenset[str] = frozenset()
    """The fingerprints of findings that a baseline accepts today."""
    tolerances: tuple[Tolerance, ...] = ()
    """What is broken in a share of objects only; findings of these rules make no exchange fail."""
    hygiene: bool = False
    """Whether recordings are to be kept, and then hold neither secrets nor personal data."""
    max_age: float | None = None
    """Days after which a recording is old."""
    max_depth: int = LIMITS.max_depth
    show_values: bool = False
    now: datetime = msgspec.field(default_factory=lambda: datetime.now(UTC))
    key: bytes = msgspec.field(default_factory=lambda: secrets.token_bytes(16))

    def __repr__(self) -> str:
        """Everything but the key."""
        return f"Settings(fail_on={self.fail_on.value!r}, strict={self.strict}, select={self.select})"

    def severity(self, rule: Rule) -> Severity | None:
        """The severity of a rule, or `None` where it was not selected."""
        if rule.opt_in is not None and getattr(self, rule.opt_in) in (None, False):
            return None
        if not _wanted(rule.code, self.select, self.ignore):
            return None
        return rule.severity_under(strict=self.strict, otp_masked=self.otp_masked, profile=self.profile)

    def fails(self, code: str, severity: Severity) -> bool:
        """Whether a finding of this rule and severity makes an exchange fail.

        >>> Settings(fail_on=Severity.WARNING).fails("IP213", Severity.WARNING)
        True
        """
        return severity.reaches(self.fail_on) and all(code != one.rule for one in self.tolerances)


@lru_cache(maxsize=1024)
def _wanted(code: str, select: tuple[str, ...], ignore: tuple[str, ...]) -> bool:
    """Whether the longest of the given beginnings of `code` selects it; ruff decides in the same way."""
    chosen = max((len(start) for start in select if code.startswith(start)), default=-1 if select else 0)
    refused = max((len(start) for start in ignore if code.startswith(start)), default=-1)
    return chosen > refused if refused >= 0 else chosen >= 0


def unknown_codes(codes: tuple[str, ...]) -> list[str]:
    """Those of `codes` that are the beginning of no rule's code.

    >>> unknown_codes(("IP2", "IP999"))
    ['IP999']
    """
    return [start for start in codes if not any(code.startswith(start) for code in RULES)]
