"""Findings that a baseline accepts: a test that has no others that fail it is one that is expected to fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ..explained import explained
from ..report import failing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..report import Group, Report
    from ..settings import Settings
    from .reading import Options


def conclude(report: Report, settings: Settings, options: Options) -> None:
    """Fail with what is broken; if all of that is accepted, be an expected failure, until when and why."""
    groups = failing(report, settings)
    if groups:
        pytest.fail(explained(groups), pytrace=False)
    reason = accepted(report.groups(), settings, options)
    if reason:
        pytest.xfail(reason)


def accepted(groups: Iterable[Group], settings: Settings, options: Options) -> str:
    """Until when those of the groups that would fail a test are accepted, and why; nothing where there are none."""
    baseline = options.asked().baseline
    known = [one for one in groups if one.accepted and settings.fails(one.code, one.severity)]
    return "; ".join(dict.fromkeys(f"{one.code} {baseline.reason(one.fingerprint)}" for one in known))
