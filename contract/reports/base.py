"""What a report is: it listens to the events of a run and says at the end what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from ...schemas.rules import RULES, Severity
from ..ending import COMPLETE, Ending
from ..inputs import printable

if TYPE_CHECKING:
    from ..ending import Gate
    from ..report import Group, Report
    from ..runner import Event
    from ..settings import Settings


class Witness(msgspec.Struct, frozen=True, kw_only=True):
    """The smallest request that shows a group of findings, known by its fingerprint, and how to send it again."""

    fingerprint: str
    what: str
    curl: str

    @property
    def told(self) -> tuple[str, str]:
        """What is tried, and the command, fit to be shown."""
        return printable(self.what), printable(self.curl)


class Fuzzed(msgspec.Struct, frozen=True, kw_only=True):
    """What `interpact fuzz` did, beside what it found."""

    url: str
    seed: int
    profile: str
    requests: int
    seconds: float
    ended: str | None = None
    """Why the run could not go on."""
    not_tested: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """What was not tested, and why."""
    requests_by_rule: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    witnesses: tuple[Witness, ...] = ()
    """Of every group of the report."""

    def witness(self, group: Group) -> Witness | None:
        """The request that shows a group."""
        return next((one for one in self.witnesses if one.fingerprint == group.fingerprint), None)


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a report is about, and how much of it is wanted.

    `facts` are what a command has to tell beside its findings, in the order in which they are shown: `("seed", "7")`.

    >>> About(facts=(("seed", "7"),)).fail_on
    <Severity.ERROR: 'error'>
    """

    command: str = "check"
    all_places: bool = False
    max_findings: int = 100
    coverage: bool = False
    """Whether people want to be told of the coverage."""
    all_gaps: bool = False
    """Whether every gap of the coverage is wanted, rather than the first few."""
    facts: tuple[tuple[str, str], ...] = ()
    fail_on: Severity = Severity.ERROR
    """The least severity of a finding with which the contract is not kept."""
    rules: tuple[str, ...] = tuple(RULES)
    """The codes of the rules that were selected."""
    tolerated: tuple[str, ...] = ()
    """The codes of the rules that may be broken in a share of objects, of which a gate tells."""
    fuzzed: Fuzzed | None = None

    @property
    def tells_gaps(self) -> bool:
        """Whether people want to be told what was not exercised."""
        return self.coverage or self.all_gaps

    @classmethod
    def of(cls, command: str, settings: Settings, **more: Any) -> About:
        """What a command reports that judges by these settings.

        >>> from interpact.contract.settings import Settings
        >>> About.of("check", Settings(select=("IP301",))).rules
        ('IP301',)
        """
        selected = tuple(rule.code for rule in RULES.values() if settings.severity(rule) is not None)
        tolerated = tuple(one.rule for one in settings.tolerances if one.rule)
        return cls(command=command, fail_on=settings.fail_on, rules=selected, tolerated=tolerated, **more)

    def fails(self, group: Group) -> bool:
        """Whether a group of findings breaks the contract: it is severe enough, and neither accepted nor tolerated."""
        return group.severity.reaches(self.fail_on) and not group.accepted and group.code not in self.tolerated


class Reporter(Protocol):
    """One form of report. It is made with the file that it writes to, which has `write`, and with an `About`."""

    def hear(self, event: Event | Gate) -> None:
        """Take note of an event while the run goes on, or of a gate that is decided before the end."""
        ...

    def finish(self, report: Report, ending: Ending = COMPLETE) -> None:
        """Say what was found, and how the run ended."""
        ...
