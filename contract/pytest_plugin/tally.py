"""What one test adds to the report of the run: kept on its item until pytest makes a report of the phase it is in.

A test's report carries it along, as texts: every plugin that sends reports to another process, or writes them down,
takes a text. So pytest-xdist needs nothing of its own, and what a worker sent before it died is not lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from ...schemas.rules import RULES
from ..packing import packed, unpacked
from ..report import Report
from .keys import PORTIONS, RECORDER, TALLY

if TYPE_CHECKING:
    import pytest

    from .recording.uses import Uses
    from .sharing import StageReport

FOUND: Final = "interpact"
"""The attribute of a test's report that holds what was found."""
STAGES: Final = "interpact_stages"
"""The one that holds what stages of a live implementation found; an item that runs stages has it, too."""
TOGETHER: Final = "interpact_portions"
"""The one that holds what was counted of portions of captures."""
USED: Final = "interpact_cassettes"
"""The one that holds what was played of cassettes."""


def tally(item: pytest.Item) -> Report:
    """The report that a test adds to; what is in it is sent with the test's next report, and then it is empty."""
    return item.stash.setdefault(TALLY, Report())


def attach(item: pytest.Item, report: pytest.TestReport) -> None:
    """Send what was found with a test's report; the codes of broken rules become properties, for JUnit XML."""
    if TALLY in item.stash:
        found = item.stash[TALLY]
        del item.stash[TALLY]
        _add_properties(item, report, found)
        setattr(report, FOUND, packed(found))
    portions = item.stash.get(PORTIONS, None)
    if portions:
        told = {name: packed(one) for name, one in portions.items()}
        setattr(report, TOGETHER, msgspec.json.encode(told).decode())
        portions.clear()
    if RECORDER in item.stash and report.when == "teardown":
        uses = item.stash[RECORDER].uses()
        if uses:
            setattr(report, USED, uses.packed())
    stages = getattr(item, STAGES, None)
    if stages:
        setattr(report, STAGES, msgspec.json.encode(stages).decode())
        stages.clear()


def attached(report: pytest.TestReport) -> Report | None:
    """What was found and sent with a test's report, if anything was."""
    text = getattr(report, FOUND, None)
    return None if text is None else unpacked(text)


def attached_portions(report: pytest.TestReport) -> dict[str, Report]:
    """What was counted of portions of captures that were judged on behalf of a test, by their names."""
    portions = msgspec.json.decode(getattr(report, TOGETHER, "{}"), type=dict[str, str])
    return {name: unpacked(one) for name, one in portions.items()}


def attached_uses(report: pytest.TestReport) -> Uses | None:
    """What was played of cassettes, as sent with a test's last report."""
    from .recording.uses import Uses

    text = getattr(report, USED, None)
    return None if text is None else Uses.unpacked(text)


def attached_stages(report: pytest.TestReport) -> dict[str, StageReport]:
    """What the stages of a live implementation found that were run on behalf of a test, by their names."""
    from .sharing import StageReport

    return msgspec.json.decode(getattr(report, STAGES, "{}"), type=dict[str, StageReport])


def _add_properties(item: pytest.Item, report: pytest.TestReport, found: Report) -> None:
    names = dict.fromkeys(f"{group.code} {RULES[group.code].slug}" for group in found.groups())
    fresh = [("interpact", name) for name in names if ("interpact", name) not in item.user_properties]
    item.user_properties += fresh
    report.user_properties = [*report.user_properties, *fresh]
