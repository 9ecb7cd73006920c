"""What a fuzzing run tells: each group of findings with the smallest request that shows it, and what was tested."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...schemas.rules import Severity
from ..ending import COMPLETE, Ending
from ..reports.document import SCHEMA, VERSION, group_value, summary_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...strategies.probes import Probe
    from ..report import Group
    from ..settings import Settings
    from .discoveries import Discoveries


@dataclass(frozen=True, slots=True)
class Told:
    """What there is to tell of a run: what was found, against which URL, by which seed, and what was asked of it."""

    found: Discoveries
    url: str
    seed: int
    seconds: float
    settings: Settings
    ended: str | None = None
    authenticated: bool = False
    ending: Ending = COMPLETE

    @property
    def groups(self) -> list[Group]:
        """The groups of findings that no baseline accepts, worst first."""
        return [group for group in self.found.report.groups() if not group.accepted]

    @property
    def code(self) -> int:
        """The exit code: 2 for an endpoint that went away or nothing tested, 1 for findings or a broken gate, or 0."""
        if self.ended is not None:
            return 2
        if not self.ending.is_good or any(self.settings.fails(group.code, group.severity) for group in self.groups):
            return 1
        return 0 if self.found.report.judged else 2

    def curl(self, probe: Probe) -> str:
        """A command that sends a probe again; the identifier of a known customer is a placeholder.

        Credentials are not in it; a comment says which ones have to be added, where there are some.
        """
        target = probe.target if self.settings.show_values else probe.masked
        parts = ["curl", "-s", *({"GET": [], "HEAD": ["-I"]}.get(probe.method, ["-X", probe.method]))]
        parts += [part for name, value in probe.headers for part in ("-H", f"{name}: {value}")]
        return f"{shlex.join(parts)} {shlex.quote(self.url.rstrip('/') + target)}{self._credentials(probe)}"

    def _credentials(self, probe: Probe) -> str:
        if not self.authenticated or probe.credentials == "none":
            return ""
        return "  # add the credentials" + (
            "" if probe.credentials == "right" else f", wrong ones: {probe.credentials}"
        )


def lines(told: Told, most: int) -> Iterator[tuple[str, Severity | None]]:
    """The report for people, line by line; the severity is that of the line's finding."""
    for group in told.groups[:most]:
        witness = told.found.witnesses[group.code, group.part, group.where]
        finding = group.samples[0]
        part = "" if finding.part.value == "response.body" else f"{finding.part.value} "
        where = f"{part}{finding.pointer or '(whole)'}"
        times = "" if group.count == 1 else f" ({group.count} times)"
        said = f"expected {witness.finding.expected}, got {witness.finding.actual}{times}"
        yield f"{group.severity.value} {group.code} {finding.rule.slug}: {where}: {said}", group.severity
        yield f"  shown by: {witness.probe.what}", None
        yield f"  {told.curl(witness.probe)}", None
    yield from ((line, None) for line in _summary(told, most))


def _summary(told: Told, most: int) -> Iterator[str]:
    found = told.found
    if len(told.groups) > most:
        yield f"... {len(told.groups) - most} more kinds of findings; --max-findings shows more of them"
    accepted = len(found.report.groups()) - len(told.groups)
    if accepted:
        yield f"{accepted} kinds of findings accepted by the baseline, and not counted as passed."
    for what, why in found.unchecked.items():
        yield f"not tested: {what}: {why}"
    if told.ended is not None:
        yield f"ended early: {told.ended}"
    counts = ", ".join(_count(told, severity) for severity in reversed(Severity) if _number(told, severity))
    yield (
        f"{found.requests} requests in {told.seconds:.0f} s, profile {told.settings.profile.value}, seed {told.seed}: "
        f"{counts or 'nothing found'}."
    )
    if told.groups:
        yield f"`interpact explain {told.groups[0].code}` tells why, and what to do."


def _number(told: Told, severity: Severity) -> int:
    return sum(group.severity is severity for group in told.groups)


def _count(told: Told, severity: Severity) -> str:
    number = _number(told, severity)
    return f"{number} kind{'' if number == 1 else 's'} of {severity.value}"


def document(told: Told, most: int) -> dict[str, Any]:
    """The report for programs; its schema is that of `check`, with `fuzz` beside."""
    groups = told.groups[:most]
    witnesses = [told.found.witnesses[group.code, group.part, group.where] for group in groups]
    return {
        "$schema": SCHEMA,
        "version": VERSION,
        "summary": summary_value(told.found.report, interrupted=False),
        "groups": [group_value(group) for group in groups],
        "problems": [],
        "fuzz": {
            "url": told.url,
            "seed": told.seed,
            "profile": told.settings.profile.value,
            "requests": told.found.requests,
            "seconds": round(told.seconds, 1),
            "ended": told.ended,
            "not_tested": told.found.unchecked,
            "requests_by_rule": dict(sorted(told.found.tried.items())),
            "witnesses": [
                {"fingerprint": group.fingerprint, "what": one.probe.what, "curl": told.curl(one.probe)}
                for group, one in zip(groups, witnesses, strict=True)
            ],
        },
    }
