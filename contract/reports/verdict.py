"""The verdict on a whole run, in the three words that an exchange's verdict has, and what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from ..findings import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ending import Ending
    from ..report import Report
    from .base import About

SELFTEST: Final = "selftest"
"""The command whose run is about the tool: it is judged by its gates, and no exchange is seen."""


NOTHING: Final = "nothing was checked"


class Outlook(msgspec.Struct, frozen=True):
    """The verdict on a run: `pass` only where something was seen, all of it to the end, and nothing is wrong."""

    state: State
    because: tuple[str, ...] = ()
    """What is wrong, or what is missing for a verdict."""


def outlook(report: Report, about: About, ending: Ending) -> Outlook:
    """The verdict on a run.

    >>> from interpact.contract.ending import COMPLETE
    >>> from interpact.contract.report import Report
    >>> from interpact.contract.reports.base import About
    >>> outlook(Report(), About(), COMPLETE)
    Outlook(state=<State.UNCHECKED: 'unchecked'>, because=('nothing was checked',))
    """
    wrong, missing = tuple(_wrong(report, about, ending)), tuple(_missing(report, about, ending))
    if wrong:
        return Outlook(State.FAIL, (*wrong, *missing))
    return Outlook(State.UNCHECKED if missing else State.PASS, missing)


def plural(count: int, noun: str) -> str:
    """A number of things.

    >>> plural(1, "kind"), plural(0, "kind")
    ('1 kind', '0 kinds')
    """
    return f"{count} {noun}{'' if count == 1 else 's'}"


def unread(report: Report) -> str:
    """How much could not be read.

    >>> from interpact.contract.report import Report
    >>> unread(Report(problem_count=2))
    '2 inputs or entries not read'
    """
    noun = "input or entry" if report.problem_count == 1 else "inputs or entries"
    return f"{report.problem_count} {noun} not read"


def _wrong(report: Report, about: About, ending: Ending) -> Iterator[str]:
    failing = sum(about.fails(group) for group in report.found.values())
    if failing:
        yield f"{plural(failing, 'kind')} of findings at or above {about.fail_on.value}"
    broken = sum(gate.kept is False for gate in ending.gates)
    if broken:
        yield f"{plural(broken, 'gate')} not kept"


def _missing(report: Report, about: About, ending: Ending) -> Iterator[str]:
    if ending.interrupted:
        yield "interrupted"
    if about.fuzzed is not None and about.fuzzed.ended is not None:
        yield "ended early"
    if report.problem_count:
        yield unread(report)
    if not _is_seen(report, about, ending):
        yield NOTHING


def _is_seen(report: Report, about: About, ending: Ending) -> bool:
    """Whether there was anything to judge; relations are judged of answers that are themselves not."""
    if about.command == SELFTEST:
        return bool(ending.gates)
    return bool(report.judged or (about.fuzzed is not None and report.found))
