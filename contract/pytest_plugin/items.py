"""What all tests have in common that are no Python functions: where they are, and how they fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path


class ContractItem(pytest.Item):
    """A test of the contract. It fails with a text, never with a traceback: see `pytest.fail(text, pytrace=False)`.

    It has the marker `interpact`, so that `-m interpact` chooses all of these and `-m "not interpact"` none.
    """

    def __init__(self, **told: Any) -> None:
        super().__init__(**told)  # pyright: ignore[reportUnknownMemberType]
        self.add_marker("interpact")

    def reportinfo(self) -> tuple[Path, int, str]:
        """The file, its first line, and the name; without a line pytest cannot skip what a marker skips."""
        return self.path, 0, self.name


def locate_skip(item: pytest.Item, report: pytest.TestReport) -> None:
    """Have a skip say where its test is, and not in which line of ours it was decided."""
    if isinstance(item, ContractItem) and report.skipped and isinstance(report.longrepr, tuple):
        report.longrepr = (str(item.reportinfo()[0]), 1, report.longrepr[2])
