"""What a run amounts to as JSON values: the verdict and the counts, the coverage, which contract, what was fuzzed."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from ...schemas.document import digest, load
from ...schemas.rules import Severity
from ..exchange import Reason
from .document import text
from .sentences import GAPS
from .verdict import outlook

if TYPE_CHECKING:
    from ..ending import Ending
    from ..report import Report
    from .base import About, Fuzzed


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
        "points": len(report.coverage.points()),
        "seen": len(report.coverage.seen),
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
