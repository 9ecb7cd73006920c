"""What a fuzzing run found: findings grouped as everywhere, each group with the smallest request that shows it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..report import Report

if TYPE_CHECKING:
    from ...strategies.probes import Probe
    from ..findings import Finding, Outcome
    from ..report import Key


@dataclass(slots=True)
class Witness:
    """The smallest request that showed a finding, and the finding."""

    probe: Probe
    finding: Finding


@dataclass(slots=True)
class Discoveries:
    """The report of a run, and a witness for each group of findings."""

    report: Report = field(default_factory=Report)
    witnesses: dict[Key, Witness] = field(default_factory=dict["Key", "Witness"])
    requests: int = 0
    tried: Counter[str] = field(default_factory=Counter[str])
    """How many requests were made for each rule that takes several exchanges."""
    unchecked: dict[str, str] = field(default_factory=dict[str, str])
    """What was not tested, and why."""

    def count(self, rule: str) -> None:
        """Take in that a request was made for the sake of a rule."""
        self.requests += 1
        self.tried[rule] += 1

    def add(self, outcome: Outcome, probes: list[Probe]) -> None:
        """Take in the outcome of a batch, one probe an exchange."""
        self.report.add(outcome)
        for finding in outcome.findings:
            self._witness(finding, probes[finding.exchange])

    def _witness(self, finding: Finding, probe: Probe) -> None:
        key = (finding.code, finding.part, finding.where)
        known = self.witnesses.get(key)
        if known is None or probe.size < known.probe.size:
            self.witnesses[key] = Witness(probe, finding)
