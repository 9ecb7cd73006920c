"""What a fuzzing run tells, as the reports take it: findings, the smallest request that shows each, what was tested."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from ..ending import COMPLETE, Ending
from ..report import SAMPLES
from ..reports.base import About, Fuzzed, Witness
from ..reports.document import listed

if TYPE_CHECKING:
    from ...strategies.probes import Probe
    from ..report import Group, Report
    from ..settings import Settings
    from .discoveries import Discoveries


_FACTS: Final = ("url", "seed", "profile", "requests", "seconds")
"""What every form of report shows of a run."""


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
    def report(self) -> Report:
        """What was found; each group begins with the finding that its request shows."""
        told = self.found.report
        return msgspec.structs.replace(told, found={key: self._told(group) for key, group in told.found.items()})

    def about(self, *, max_findings: int, **more: Any) -> About:
        """What the report is about; `more` is what `About` holds of its length."""
        fuzzed = Fuzzed(
            url=self.url,
            seed=self.seed,
            profile=self.settings.profile.value,
            requests=self.found.requests,
            seconds=round(self.seconds, 1),
            ended=self.ended,
            not_tested=self.found.unchecked,
            requests_by_rule=dict(sorted(self.found.tried.items())),
            witnesses=tuple(self._witness(group) for group in listed(self.report)[:max_findings]),
        )
        facts = tuple((name, str(getattr(fuzzed, name))) for name in _FACTS)
        return About.of("fuzz", self.settings, max_findings=max_findings, facts=facts, fuzzed=fuzzed, **more)

    def _told(self, group: Group) -> Group:
        shown = self.found.witnesses[group.code, group.part, group.where].finding
        samples = [shown, *(one for one in group.samples if one != shown)][:SAMPLES]
        return msgspec.structs.replace(group, samples=samples)

    def _witness(self, group: Group) -> Witness:
        probe = self.found.witnesses[group.code, group.part, group.where].probe
        return Witness(fingerprint=group.fingerprint, what=probe.what, curl=self.curl(probe))

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
