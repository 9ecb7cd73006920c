"""Findings, groups and summaries as JSON values: the vocabulary that the machine formats share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...schemas.rules import RULES, Severity

if TYPE_CHECKING:
    from ..exchange import Place
    from ..findings import Finding
    from ..readers.base import Problem
    from ..report import Group, Report

VERSION: Final = 1
"""The version of the format; it changes when a reader of the last one would misunderstand this one."""

SCHEMA: Final = "https://interpact.dev/schemas/report-1.json"


def place_value(place: Place) -> dict[str, Any]:
    """A place without what is not known of it."""
    parts = {"file": place.file, "member": place.member, "entry": place.entry, "line": place.line}
    return {name: value for name, value in parts.items() if value is not None}


def finding_value(finding: Finding) -> dict[str, Any]:
    """One finding at its place."""
    return {
        "rule": finding.code,
        "slug": finding.rule.slug,
        "severity": finding.severity.value,
        "part": finding.part.value,
        "pointer": finding.pointer,
        "expected": finding.expected,
        "actual": finding.actual,
        "place": place_value(finding.place),
        "request_id": finding.correlation,
        "fingerprint": finding.fingerprint,
    }


def group_value(group: Group) -> dict[str, Any]:
    """A group with its samples."""
    return {
        "rule": group.code,
        "slug": RULES[group.code].slug,
        "severity": group.severity.value,
        "part": group.part.value,
        "where": group.where,
        "count": group.count,
        "exchanges": group.exchanges,
        "fingerprint": group.fingerprint,
        "samples": [finding_value(finding) for finding in group.samples],
    }


def problem_value(problem: Problem) -> dict[str, Any]:
    """What could not be read."""
    return {"place": place_value(problem.place), "message": problem.message}


def summary_value(report: Report, *, interrupted: bool) -> dict[str, Any]:
    """The counts."""
    return {
        "inputs": report.inputs,
        "exchanges": report.exchanges,
        "verdicts": {state: report.states[state] for state in ("pass", "fail")}
        | {"unchecked": report.states["unchecked"] - report.others},
        "unchecked": {why: count for why, count in sorted(report.reasons.items()) if why != "other operation"},
        "other_operations": report.others,
        "not_captures": report.skipped,
        "not_captures_names": report.skipped_names,
        "problems": report.problem_count,
        "findings": {severity.value: report.count(severity) for severity in Severity},
        "interrupted": interrupted,
    }
