"""The section at the end of a run: verdicts, findings in groups, what was covered, and what was not used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import structs

from ...schemas.rules import Severity
from ..explained import place_of
from ..reports import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pytest

    from ..ending import Gate
    from ..report import Group, Report
    from .reading import Options
    from .recording.uses import Uses

_MOST: Final = 20
"""Groups of findings that are listed."""
_GAPS: Final = 5
"""Gaps of the coverage that are named; all of them where pytest is told to be verbose."""
_COLOURS: Final[dict[str, dict[str, bool]]] = {"error": {"red": True}, "warning": {"yellow": True}, "info": {}}


def write(terminal: pytest.TerminalReporter, report: Report, gates: Sequence[Gate], unread: list[str]) -> None:
    """Write the section."""
    terminal.section("interpact")
    groups = [group for group in report.groups() if not group.accepted]
    for group in groups[:_MOST]:
        terminal.write_line(_line(group), **_COLOURS[group.severity.value])
    if len(groups) > _MOST:
        terminal.write_line(f"... and {len(groups) - _MOST} more kinds of findings")
    compared = ["Only comparing the answers shows what is wrong."] if _is_between(report) else []
    for line in (
        *sentences.summary(report),
        *compared,
        *_coverage(report, terminal.config.get_verbosity() > 0),
        *unread,
    ):
        terminal.write_line(line)
    for gate in gates:
        name = gate.name if " " in gate.name else f"--interpact-{gate.name}"
        broken = gate.kept is False
        terminal.write_line(sentences.gate(structs.replace(gate, name=name)), red=broken, bold=broken)


def _is_between(report: Report) -> bool:
    """Whether each answer is right by itself, and still something is wrong."""
    errors = [group for group in report.groups() if group.severity is Severity.ERROR]
    return any(group.code not in report.tallies for group in errors) and not report.states["fail"]


def _line(group: Group) -> str:
    finding = group.samples[0]
    where = place_of(finding)
    several = "" if group.count == 1 else f" ({group.count} places in {_exchanges(group.exchanges)})"
    return (
        f"{group.severity.value} {group.code} {finding.rule.slug}: {where}: "
        f"expected {finding.expected}, got {finding.actual}, in {finding.place}{several}"
    )


def _exchanges(number: int) -> str:
    return f"{number} exchange{'' if number == 1 else 's'}"


def _coverage(report: Report, everything: bool) -> Iterator[str]:  # noqa: FBT001 - one of two lengths
    if not report.judged:
        return
    gaps = [point.gap for point in report.coverage.gaps()]
    total = len(report.coverage.points())
    yield f"Contract coverage: {report.coverage.percent}% ({total - len(gaps)} of {total} points)."
    shown = gaps if everything else gaps[:_GAPS]
    yield from (f"  {gap}" for gap in shown)
    if len(gaps) > len(shown):
        yield f"  ... and {len(gaps) - len(shown)} more gaps; -v names them all"


def unused(uses: Uses | None, options: Options) -> list[str]:
    """What was recorded and not played, where cassettes were played at all: entries, and whole files."""
    if not uses:
        return []
    lines = [f"recorded, but not played by any test: {place}" for place in uses.unplayed()]
    files = [file for file in _cassettes(options) if file not in uses.files]
    return [*lines, *(f"a cassette that no test plays: {file}" for file in files)]


def _cassettes(options: Options) -> Iterator[str]:
    """The cassettes among the captures, named from the root of the project."""
    from ..readers.vcr import VCR
    from ..sources import Input, find_inputs, format_of

    for found in find_inputs(options.captures):
        if isinstance(found, Input) and format_of(found) is VCR:
            yield options.shown(Path(found.path))
