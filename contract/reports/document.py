"""What was found as JSON values: the vocabulary that the forms of report share, all of its texts fit to be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...schemas.rules import RULES, Part
from ..inputs import printable

if TYPE_CHECKING:
    from ..ending import Gate
    from ..exchange import Place
    from ..findings import Finding
    from ..readers.base import Problem
    from ..report import Group, Report

VERSION: Final = 2
"""The version of the format; it changes when a reader of the last one would misunderstand this one.

Version 2: groups that a baseline accepts are among the others, and marked.
"""

SCHEMA: Final = f"https://interpact.dev/schemas/report-{VERSION}.json"

LONGEST: Final = 1_000
"""Characters of a text that are shown; a value has 80 (`values.py`), and only shown keys and names are longer."""


def text(told: str) -> str:
    r"""A text that comes from elsewhere, fit to be shown: one line, nothing invisible, not too long.

    >>> text("a\nb")
    'a\\nb'
    """
    return printable(told, LONGEST)


def where(part: Part, pointer: str) -> str:
    """A place in an exchange, in words: the part is named unless it is the body.

    >>> where(Part.BODY, "/interaction/0/count"), where(Part.STATUS, "")
    ('/interaction/0/count', 'response.status (whole)')
    """
    return f"{'' if part is Part.BODY else f'{part.value} '}{text(pointer) or '(whole)'}"


def listed(report: Report) -> list[Group]:
    """The groups in the order in which reports list them: worst first, those that a baseline accepts at the end.

    >>> from interpact.contract.report import Report
    >>> listed(Report())
    []
    """
    return sorted(report.groups(), key=lambda group: group.accepted)


def place_value(place: Place) -> dict[str, Any]:
    """A place without what is not known of it."""
    member = None if place.member is None else text(place.member)
    parts = {"file": text(place.file), "member": member, "entry": place.entry, "line": place.line}
    return {name: value for name, value in parts.items() if value is not None}


def finding_value(finding: Finding) -> dict[str, Any]:
    """One finding at its place."""
    return {
        "rule": finding.code,
        "slug": finding.rule.slug,
        "severity": finding.severity.value,
        "part": finding.part.value,
        "pointer": text(finding.pointer),
        "expected": text(finding.expected),
        "actual": text(finding.actual),
        "place": place_value(finding.place),
        "request_id": None if finding.correlation is None else text(finding.correlation),
        "fingerprint": finding.fingerprint,
        "accepted": finding.accepted,
    }


def group_value(group: Group) -> dict[str, Any]:
    """A group with its samples."""
    return {
        "rule": group.code,
        "slug": RULES[group.code].slug,
        "severity": group.severity.value,
        "part": group.part.value,
        "where": text(group.where),
        "count": group.count,
        "exchanges": group.exchanges,
        "accepted": group.accepted,
        "fingerprint": group.fingerprint,
        "samples": [finding_value(finding) for finding in group.samples],
    }


def problem_value(problem: Problem) -> dict[str, Any]:
    """What could not be read."""
    return {"place": place_value(problem.place), "message": text(problem.message)}


def gate_value(gate: Gate) -> dict[str, Any]:
    """Something that was asked of the run as a whole; `kept` is null where it could not be decided."""
    return {"name": text(gate.name), "kept": gate.kept, "message": text(gate.message)}
