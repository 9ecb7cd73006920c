"""The report for code scanning: SARIF 2.1.0 (OASIS), one result a kind of finding, with how often it was seen.

Sections cited are those of https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os.html.
"""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, Any, Final

import orjson

from ...schemas.rules import RULES, Severity
from ..ending import COMPLETE, Ending
from .document import gate_value, listed, text
from .overview import coverage_value, summary_value, tool_value, unchecked
from .places import file_of, is_below, uri_of
from .verdict import SELFTEST, outlook, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...schemas.rules import Rule
    from ..ending import Gate
    from ..exchange import Place
    from ..findings import Finding
    from ..report import Group, Report
    from ..runner import Event
    from .base import About

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT: Final = "%SRCROOT%"
"""The name that consumers know for the root of the checkout (GitHub: "uriBaseId" of code scanning's SARIF support)."""
NO_FILE: Final = "no-file"
"""The location of what is in no file: code scanning refuses a result that has none."""
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_GATE: Final = "gate"
"""The rule of what was asked of the run as a whole."""
_MARKS: Final = re.compile(r"([\[\]\\])")
Value = dict[str, Any]


class SarifReport:
    """Writes one document when the run has ended."""

    def __init__(self, out: IO[bytes], about: About) -> None:
        self._out = out
        self._about = about

    def hear(self, event: Event | Gate) -> None:
        """Everything that is told stands in the report of the run."""

    def finish(self, report: Report, ending: Ending = COMPLETE) -> None:
        """Write the document."""
        log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report, self._about, ending)]}
        self._out.write(orjson.dumps(log, option=orjson.OPT_INDENT_2) + b"\n")


def message(told: str) -> Value:
    r"""A message in plain text, in which `{}` would be places to fill (§3.11.5) and `[]` links (§3.11.6).

    >>> message("got {0} [x]")["text"]
    'got {{0}} \\[x\\]'
    """
    return {"text": _MARKS.sub(r"\\\1", text(told)).replace("{", "{{").replace("}", "}}")}


def _run(report: Report, about: About, ending: Ending) -> Value:
    groups = listed(report)[: about.max_findings]
    broken = [gate for gate in ending.gates if gate.kept is False]
    rules = list(dict.fromkeys(group.code for group in groups))
    described = [_rule(RULES[code]) for code in rules] + ([_gate_rule(about)] if broken else [])
    results = [_result(group, rules.index(group.code), about) for group in groups]
    results += [_broken(gate, len(rules)) for gate in broken]
    if any("suppressions" in one for one in results):  # all of them have it, or none (§3.27.23)
        for one in results:
            one.setdefault("suppressions", [])
    tool = tool_value()
    driver = {
        "name": "interpact",
        "version": tool["interpact"],
        "semanticVersion": tool["interpact"],
        "rules": described,
    }
    return {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"interpact/{about.command}/"},
        "originalUriBaseIds": {ROOT: {"description": {"text": "The folder in which interpact was run."}}},
        "invocations": [_invocation(report, about, ending, len(groups))],
        "results": results,
        "properties": {
            "contract": tool["contract"],
            "summary": summary_value(report, about, ending),
            "coverage": coverage_value(report, about),
            "gates": [gate_value(gate) for gate in ending.gates],
            "facts": {text(name): text(value) for name, value in about.facts},
        },
    }


def _rule(rule: Rule) -> Value:
    """A rule with its help; the texts are ours, and hold no value of a body."""
    explained = f"interpact explain {rule.code}"
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.slug.split("-")),
        "shortDescription": message(rule.title),
        "fullDescription": message(rule.why),
        "help": {
            "text": f"{rule.why}\n\n{rule.fix}\n\nSource: {rule.source}. More: {explained}",
            "markdown": f"{rule.why}\n\n**Fix:** {rule.fix}\n\nSource: {rule.source}. More: `{explained}`",
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.kind.value]},
    }


def _gate_rule(about: About) -> Value:
    title = (
        "A fault of the reference server is not told as it is"
        if about.command == SELFTEST
        else ("What was asked of the run as a whole is not kept")
    )
    return {"id": _GATE, "name": "Gate", "shortDescription": {"text": f"{title}."}}


def _result(group: Group, index: int, about: About) -> Value:
    first, *others = group.samples
    told = f"expected {text(first.expected)}, got {text(first.actual)}, at {group.part.value} {text(first.pointer)}"
    found: Value = {
        "ruleId": group.code,
        "ruleIndex": index,
        "level": _LEVELS[group.severity],
        "message": message(told.rstrip()),
        "locations": [_location(first, about)],
        "occurrenceCount": group.count,
        "partialFingerprints": {
            # GitHub knows this name only, and would make one of the line of the capture, values and all.
            "primaryLocationLineHash": group.fingerprint,
            "interpact/v1": group.fingerprint,
        },
        "properties": {"part": group.part.value, "where": text(group.where), "exchanges": group.exchanges},
    }
    if others:
        found["relatedLocations"] = [
            {"id": number, "message": message(f"got {text(one.actual)}"), **_location(one, about)}
            for number, one in enumerate(others, 1)
        ]
    if group.accepted:
        accepted = "a baseline accepts it"
        found["suppressions"] = [{"kind": "external", "status": "accepted", "justification": accepted}]
    witness = None if about.fuzzed is None else about.fuzzed.witness(group)
    if witness is not None:
        found["properties"] |= dict(zip(("shown_by", "curl"), witness.told, strict=True))
    return found


def _broken(gate: Gate, index: int) -> Value:
    return {
        "ruleId": _GATE,
        "ruleIndex": index,
        "level": "error",
        "message": message(f"{gate.name}: {gate.message}"),
        "locations": [{"physicalLocation": _nowhere()}],
        "partialFingerprints": {"interpact/v1": f"{_GATE}/{text(gate.name)}"},
    }


def _location(finding: Finding, about: About) -> Value:
    """Where a finding is: the file and the line, and what a line cannot say, the entry and the place in it."""
    place = finding.place
    entry = None if place.entry is None else f"entry {place.entry}"
    said = text(str(place)) if about.fuzzed is not None else None
    member = None if place.member is None else text(place.member)
    parts = (said, member, entry, finding.part.value, text(finding.pointer) or None)
    logical = {"fullyQualifiedName": " ".join(part for part in parts if part), "kind": "property"}
    return {"physicalLocation": _physical(place, about), "logicalLocations": [logical]}


def _physical(place: Place, about: About) -> Value:
    file = None if about.fuzzed is not None else file_of(place)
    if file is None:
        return _nowhere()
    artifact = {"uri": uri_of(file)} | ({"uriBaseId": ROOT} if is_below(file) else {})
    region = {} if place.line is None else {"region": {"startLine": place.line}}
    return {"artifactLocation": artifact, **region}


def _nowhere() -> Value:
    return {"artifactLocation": {"uri": NO_FILE, "uriBaseId": ROOT}, "region": {"startLine": 1}}


def _invocation(report: Report, about: About, ending: Ending, shown: int) -> Value:
    found = outlook(report, about, ending)
    ended = about.fuzzed is not None and about.fuzzed.ended is not None
    return {
        "executionSuccessful": not (ending.interrupted or ended),
        "toolExecutionNotifications": [
            *({"level": "warning", "message": message(why)} for why in found.because),
            *_unread(report, about),
            *(
                {"level": "note", "message": message(f"{plural(count, 'exchange')} not checked: {why}")}
                for why, count in unchecked(report).items()
            ),
            *_left_out(len(report.found) - shown),
        ],
    }


def _unread(report: Report, about: About) -> Iterator[Value]:
    for problem in report.problems:
        told = message(f"{text(str(problem.place))} not read: {text(problem.message)}")
        yield {"level": "error", "message": told, "locations": [{"physicalLocation": _physical(problem.place, about)}]}


def _left_out(count: int) -> Iterator[Value]:
    if count > 0:
        told = f"{plural(count, 'more kind')} of findings; --max-findings shows more of them"
        yield {"level": "note", "message": message(told)}
