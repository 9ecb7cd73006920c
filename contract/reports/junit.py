"""The report for test dashboards: JUnit XML (the dialect of Jenkins, `junit-10.xsd`), a test case a rule and place.

A kind of finding that breaks the contract is a failure, one that a baseline accepts is skipped, and a milder one passes
and tells of itself in its output. A rule that found nothing passes only where it was reached (`reached.py`), and is
skipped otherwise. What was not checked is skipped with its reason, and what could not be read is an error.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, SubElement, tostring

import msgspec

from ...schemas.rules import RULES
from ..ending import COMPLETE, Ending
from .document import listed, text, where
from .overview import coverage_value, summary_value, tool_value, unchecked
from .reached import reached
from .verdict import NOTHING, SELFTEST, outlook, plural, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ending import Gate
    from ..report import Group, Report
    from ..runner import Event
    from .base import About

_UNREACHED: Final = "not reached: no exchange that passed shows what it is about"
_UNTRIED: Final = "not tried: it compares several answers, which `interpact fuzz` asks for"


class Case(msgspec.Struct, frozen=True):
    """A test case: `said` is a `failure`, an `error` or `skipped`, each with a message, or nothing where it passed."""

    group: str
    name: str
    said: str | None = None
    message: str = ""
    details: tuple[str, ...] = ()


class JunitReport:
    """Writes one document when the run has ended."""

    def __init__(self, out: IO[bytes], about: About) -> None:
        self._out = out
        self._about = about

    def hear(self, event: Event | Gate) -> None:
        """Everything that is told stands in the report of the run."""

    def finish(self, report: Report, ending: Ending = COMPLETE) -> None:
        """Write the document."""
        found = list(cases(report, self._about, ending))
        counts = {
            "tests": len(found),
            "failures": sum(one.said == "failure" for one in found),
            "errors": sum(one.said == "error" for one in found),
        }
        written = {name: str(count) for name, count in counts.items()}
        root = Element("testsuites", {"name": "interpact", **written})
        skipped = str(sum(one.said == "skipped" for one in found))
        suite = SubElement(
            root, "testsuite", {"name": f"interpact {self._about.command}", **written, "skipped": skipped}
        )
        properties = SubElement(suite, "properties")
        for name, value in _properties(report, self._about, ending):
            SubElement(properties, "property", {"name": name, "value": value})
        for one in found:
            _write(suite, one)
        self._out.write(tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def cases(report: Report, about: About, ending: Ending) -> Iterator[Case]:
    """The test cases of a run: what it found, what it looked at, what was asked of it, and what it could not do."""
    groups = listed(report)
    yield from (_found(group, about) for group in groups[: about.max_findings])
    if len(groups) > about.max_findings:
        yield _left_out(groups[about.max_findings :], about)
    yield from _quiet(report, about)
    yield from (_gate(gate) for gate in ending.gates)
    for why, count in unchecked(report).items():
        yield Case("unchecked", why, "skipped", f"{plural(count, 'exchange')} not checked: {why}")
    for problem in report.problems:
        yield Case("input", text(str(problem.place)), "error", text(problem.message))
    if report.problem_count > len(report.problems):
        yield Case("input", "others", "error", unread(report))
    yield from _run(report, about, ending)


def _found(group: Group, about: About) -> Case:
    rule = RULES[group.code]
    name = f"{group.code} {rule.slug} at {where(group.part, group.where)}"
    first = group.samples[0]
    times = f"{group.severity.value}, {plural(group.count, 'place')} in {plural(group.exchanges, 'exchange')}"
    message = f"expected {text(first.expected)}, got {text(first.actual)} ({times})"
    places = (f"{text(str(one.place))} {text(one.pointer)}: got {text(one.actual)}" for one in group.samples)
    witness = None if about.fuzzed is None else about.fuzzed.witness(group)
    shown = () if witness is None else witness.told
    details = (*places, *shown, f"why: {rule.why}", f"fix: {rule.fix}", f"fingerprint: {group.fingerprint}")
    if group.accepted:
        return Case(rule.kind.value, name, "skipped", f"accepted by the baseline: {message}")
    return Case(rule.kind.value, name, "failure" if about.fails(group) else None, message, details)


def _left_out(groups: list[Group], about: About) -> Case:
    failing = sum(about.fails(group) for group in groups)
    message = f"{failing} of them break the contract; --max-findings shows more of them"
    return Case("run", f"{plural(len(groups), 'more kind')} of findings", "failure" if failing else None, message)


def _quiet(report: Report, about: About) -> Iterator[Case]:
    """The selected rules that found nothing."""
    loud = {group.code for group in report.found.values()}
    tried = () if about.fuzzed is None else about.fuzzed.requests_by_rule
    for code in about.rules:
        rule = RULES[code]
        if code not in loud and not (rule.is_relation and about.fuzzed is None):
            case = Case(rule.kind.value, f"{code} {rule.slug}")
            missing = _UNTRIED if rule.is_relation else _UNREACHED
            is_reached = reached(code, report.coverage, tried)
            yield case if is_reached else msgspec.structs.replace(case, said="skipped", message=missing)


def _gate(gate: Gate) -> Case:
    said = {True: None, False: "failure", None: "skipped"}[gate.kept]
    return Case("gate", text(gate.name), said, text(gate.message))


def _run(report: Report, about: About, ending: Ending) -> Iterator[Case]:
    """Whether the run saw something, and came to its end."""
    because = outlook(report, about, ending).because
    yield Case("run", "something was checked", "error" if NOTHING in because else None, "; ".join(because))
    is_cut = ending.interrupted or (about.fuzzed is not None and about.fuzzed.ended is not None)
    yield Case("run", "it came to its end", "error" if is_cut else None, "; ".join(because) if is_cut else "")


def _properties(report: Report, about: About, ending: Ending) -> Iterator[tuple[str, str]]:
    tool, found, covered = tool_value(), summary_value(report, about, ending), coverage_value(report, about)
    yield "interpact.version", tool["interpact"]
    yield "contract.version", tool["contract"]["version"]
    yield "contract.digest", tool["contract"]["digest"]
    yield "verdict", found["verdict"]
    yield from (("because", why) for why in found["because"])
    yield "interrupted", str(found["interrupted"]).lower()
    yield "exchanges", str(found["exchanges"])
    yield from ((f"exchanges.{state}", str(count)) for state, count in found["verdicts"].items())
    yield from ((f"unchecked.{why}", str(count)) for why, count in found["unchecked"].items())
    yield "other_operations", str(found["other_operations"])
    yield "accepted.groups", str(found["accepted"]["groups"])
    if about.command != SELFTEST:
        yield "coverage.percent", str(covered["percent"])
        yield "coverage.points", f"{covered['seen']} of {covered['points']}"
        yield from (("coverage.gap", gap) for gap in covered["gaps"])
    yield from ((text(name), text(value)) for name, value in about.facts)


def _write(suite: Element, case: Case) -> None:
    element = SubElement(suite, "testcase", {"classname": case.group, "name": case.name})
    lines = "\n".join(case.details)
    if case.said is not None:
        SubElement(element, case.said, {"message": case.message}).text = lines or None
    elif case.message:
        SubElement(element, "system-out").text = "\n".join([case.message, *case.details])
