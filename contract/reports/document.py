"""A report as JSON values: the vocabulary that the forms of report share, all of its texts fit to be shown."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from ...schemas.coverage import universe
from ...schemas.document import digest, load
from ...schemas.rules import RULES, Part, Severity
from ..exchange import Reason
from ..inputs import printable
from .sentences import GAPS
from .verdict import outlook

if TYPE_CHECKING:
    from ..ending import Ending, Gate
    from ..exchange import Place
    from ..findings import Finding
    from ..readers.base import Problem
    from ..report import Group, Report
    from .base import About, Fuzzed

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


def summary_value(report: Report, about: About, ending: Ending) -> dict[str, Any]:
    """The verdict, and the counts."""
    found = outlook(report, about, ending)
    accepted = [group for group in report.found.values() if group.accepted]
    return {
        "verdict": found.state.value,
        "because": list(found.because),
        "inputs": report.inputs,
        "exchanges": report.exchanges,
        "verdicts": {state: report.states[state] for state in ("pass", "fail")}
        | {"unchecked": report.states["unchecked"] - report.others},
        "unchecked": unchecked(report),
        "other_operations": report.others,
        "not_captures": report.skipped,
        "not_captures_names": [text(name) for name in report.skipped_names],
        "problems": report.problem_count,
        "findings": {severity.value: report.count(severity) for severity in Severity},
        "groups": len(report.found),
        "accepted": {
            "groups": len(accepted),
            "findings": sum(group.count for group in accepted),
            "exchanges": report.forgiven,
        },
        "interrupted": ending.interrupted,
    }


def unchecked(report: Report) -> dict[str, int]:
    """Why how many exchanges of the operation were not checked, by the reason."""
    return {why: count for why, count in sorted(report.reasons.items()) if why != Reason.OTHER_OPERATION.value}


def coverage_value(report: Report, about: About) -> dict[str, Any]:
    """How much of the contract was exercised, and what was not."""
    gaps = [point.gap for point in report.coverage.gaps()]
    return {
        "percent": report.coverage.percent,
        "points": len(universe()),
        "seen": len(universe()) - len(gaps),
        "gaps": gaps if about.all_gaps else gaps[:GAPS],
    }


@cache
def tool_value() -> dict[str, Any]:
    """Which interpact made the report, and which contract it enforces."""
    contract = {"version": load("openapi")["info"]["version"], "digest": digest()}
    return {"interpact": version("interpact"), "contract": contract}


def fuzz_value(fuzzed: Fuzzed) -> dict[str, Any]:
    """What `interpact fuzz` did."""
    return {
        "url": text(fuzzed.url),
        "seed": fuzzed.seed,
        "profile": fuzzed.profile,
        "requests": fuzzed.requests,
        "seconds": fuzzed.seconds,
        "ended": None if fuzzed.ended is None else text(fuzzed.ended),
        "not_tested": {text(what): text(why) for what, why in fuzzed.not_tested.items()},
        "requests_by_rule": fuzzed.requests_by_rule,
        "witnesses": [
            dict(zip(("fingerprint", "what", "curl"), (one.fingerprint, *one.told), strict=True))
            for one in fuzzed.witnesses
        ],
    }
