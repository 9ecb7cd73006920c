"""What is asked of a run as a whole, and whether it was kept: every gate is made here, for each command and pytest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from .baseline import Baseline, today
from .ending import Ending, Gate
from .exchange import Reason
from .tolerance import Tally, percent

if TYPE_CHECKING:
    from .coverage import Coverage
    from .report import Report
    from .settings import Settings

_WHOLE: Final = 100


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a run as a whole, in percent where it is a share; tolerances are in the settings."""

    fail_under: float | None = None
    """The least coverage of the contract."""
    max_unchecked: float | None = None
    """The most of the exchanges of the operation that may be without a verdict."""
    baseline: Baseline = Baseline()

    def gates(self, report: Report, settings: Settings) -> tuple[Gate, ...]:
        """Every gate, in the order in which they are told.

        >>> from interpact.contract.report import Report
        >>> from interpact.contract.settings import Settings
        >>> print(*[gate.message for gate in Asked(fail_under=40).gates(Report(), Settings())])
        0.0% of the contract was covered, 40% is asked for
        """
        found = self.baseline.gates(report, settings, today())
        found += [one.gate(report.tallies.get(one.name, Tally())) for one in settings.tolerances]
        if self.max_unchecked is not None:
            found.append(unchecked(report, self.max_unchecked))
        if self.fail_under is not None:
            found.append(covered(report.coverage, self.fail_under))
        return tuple(found)

    def ending(self, report: Report, settings: Settings) -> Ending:
        """The end of a run that was not interrupted; of one that was, nothing is asked."""
        return Ending(gates=self.gates(report, settings))


def unchecked(report: Report, most: float) -> Gate:
    """Whether few enough of the exchanges of the operation were not judged.

    >>> from interpact.contract.report import Report
    >>> unchecked(Report(), 5).kept is None
    True
    """
    name = "max-unchecked"
    if not report.exchanges:
        return Gate(name=name, kept=None, message="there were no exchanges of the operation")
    others = report.exchanges - report.judged
    reasons = sorted(report.reasons.items(), key=lambda one: (-one[1], one[0]))
    because = ", ".join(f"{count} {why}" for why, count in reasons if why != Reason.OTHER_OPERATION.value)
    message = (
        f"{percent(others / report.exchanges)} of the exchanges were not judged, {others} of {report.exchanges}"
        f"{f' ({because})' if because else ''}; at most {most:g}% may be"
    )
    return Gate(name=name, kept=_WHOLE * others <= most * report.exchanges, message=message)


def covered(coverage: Coverage, least: float) -> Gate:
    """Whether enough of the contract was covered; a share that is told is rounded down, so that 100% is all of it.

    >>> from interpact.contract.coverage import Coverage
    >>> covered(Coverage(), 40).kept
    False
    """
    share = int(1000 * coverage.ratio) / 10
    message = f"{share:.1f}% of the contract was covered, {least:g}% is asked for"
    return Gate(name="fail-under", kept=_WHOLE * coverage.ratio >= least, message=message)


def exit_code(report: Report, ending: Ending) -> int:
    """1 for a failed exchange that is not accepted or a broken gate; else 2 if anything was not read, or nothing was.

    >>> from interpact.contract.report import Report
    >>> exit_code(Report(), Ending())
    2
    """
    if report.states["fail"] > report.forgiven or not ending.is_good:
        return 1
    return 2 if report.problem_count or not report.judged else 0
