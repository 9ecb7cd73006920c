"""What a rule is: a frozen record that says what is promised, how much it matters and what the promise rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any, Final

from .profiles import ALLOWED, HELD, Profile


class Severity(StrEnum):
    """How much a breach matters, from least to most.

    >>> Severity.WARNING.reaches(Severity.ERROR)
    False
    """

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for error."""
        return list(Severity).index(self)

    def reaches(self, threshold: Severity) -> bool:
        """Whether this severity is at or above `threshold`."""
        return self.rank >= threshold.rank


class Kind(StrEnum):
    """What sort of promise a rule is about; the first digit of its code says the same."""

    STRUCTURE = "structure"
    MEANING = "meaning"
    RELATION = "relation"
    PROTOCOL = "protocol"
    HYGIENE = "hygiene"


class Part(StrEnum):
    """The part of an exchange that a finding's JSON Pointer starts from."""

    QUERY = "request.query"
    REQUEST_HEADERS = "request.headers"
    STATUS = "response.status"
    RESPONSE_HEADERS = "response.headers"
    BODY = "response.body"


class Absent(Enum):
    """The value of a member that is left out."""

    ABSENT = "absent"

    def __repr__(self) -> str:
        """As it appears in a report."""
        return "(absent)"


ABSENT: Final = Absent.ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One edit of the model exchange that breaks a rule, and one that keeps it.

    `at` is a JSON Pointer (RFC 6901) into `part`; `breaks` and `keeps` are the values to put there. `given` holds
    edits that are made in both cases, as pointers into the whole exchange. A `str` at `/response/text` replaces the
    body by that text, lone surrogates standing for raw bytes (`surrogateescape`). Where the finding is reported at
    another place than the edit, `found` names it.
    """

    at: str
    breaks: Any
    keeps: Any
    part: Part = Part.BODY
    given: dict[str, Any] = field(default_factory=dict[str, Any])
    found: str | None = None
    text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One promise.

    `expected` completes the sentence "expected ..." and may name columns of the frame in braces; `why` tells why
    anyone should care, `fix` the likely mistake and its remedy, `source` the section that the promise rests on.
    """

    code: str
    slug: str
    severity: Severity
    kind: Kind
    part: Part
    title: str
    expected: str
    why: str
    fix: str
    source: str
    example: Example
    strict: Severity | None = None
    masked: Severity | None = None
    only_strict: bool = False
    """Whether only the profile `strict` asks for it."""
    opt_in: str | None = None
    """The setting without which it is not judged: `hygiene`, `max_age`."""
    across: bool = False
    """Whether it takes several exchanges to judge; its example is then told in words."""

    @property
    def is_relation(self) -> bool:
        """Whether it compares answers to requests that must be made for its sake, as `interpact fuzz` does."""
        return self.across and self.kind is Kind.RELATION

    @property
    def stakes(self) -> str:
        """The severity in words, with what raises it.

        >>> from interpact.schemas.rules import RULES
        >>> RULES["IP109"].stakes
        'info; error with --strict; error with --profile strict'
        """
        if self.only_strict:
            return f"{self.severity.value}, only with --profile strict"
        if self.opt_in is not None:
            return f"{self.severity.value}, only with --{self.opt_in.replace('_', '-')}"
        held = self.severity_under(profile=Profile.STRICT)
        raised = {
            "--strict": self.strict,
            "--otp-masked": self.masked,
            "--profile strict": None if held is self.severity else held,
        }
        return "; ".join([self.severity.value, *(f"{one.value} with {flag}" for flag, one in raised.items() if one)])

    def severity_under(
        self, *, strict: bool = False, otp_masked: bool = False, profile: Profile = Profile.DOCUMENTED
    ) -> Severity | None:
        """The severity under the user's choices; `None` where the profile does not ask for it.

        >>> from interpact.schemas.rules import RULES
        >>> RULES["IP109"].severity_under(strict=True)
        <Severity.ERROR: 'error'>
        >>> RULES["IP241"].severity_under() is None
        True
        """
        if profile is Profile.STRICT and self.code in ALLOWED:
            return None
        if profile is Profile.STRICT:
            return Severity.ERROR if self.code in HELD or self.only_strict else self.severity
        if self.only_strict:
            return None
        if strict and self.strict is not None:
            return self.strict
        if otp_masked and self.masked is not None:
            return self.masked
        return self.severity
